import { join } from 'node:path';
import { proxyVariables } from './passed-environment.ts';

/** What every scanner is opened with. */
export interface ScannerOptions {
  /** The user's environment; only what the scanner itself is configured by is passed on, and nothing secret. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Makes a new, empty folder. */
  readonly newFolder: (name: string) => Promise<string>;
  /** Only a program with this SHA-256 (hexadecimal) may run. */
  readonly sha256: string | undefined;
  readonly signal: AbortSignal;
  readonly timeoutSeconds?: number;
}

/** How a scanner reaches its database, beside its own variables. */
export const networkVariables: readonly string[] = ['SSL_CERT_FILE', 'SSL_CERT_DIR', ...proxyVariables];

/** The folder of a database: what the scanner's own variable says, else where it would look for this user. */
export function databaseFolder(
  environment: ScannerOptions['environment'],
  { variable, below, otherwise }: { readonly variable: string; readonly below: string; readonly otherwise: string },
): string {
  const named = environment[variable] ?? '';
  if (named !== '') return named;
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = environment;
  if (cache !== '') return join(cache, below);
  return home === '' ? otherwise : join(home, '.cache', below);
}
