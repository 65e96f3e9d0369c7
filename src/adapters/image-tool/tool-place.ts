import { join } from 'node:path';
import { proxyVariables } from '../process/passed-environment.ts';

/** What every program that looks at an image is opened with. */
export interface ImageToolOptions {
  /** The user's environment; only what the program itself is configured by is passed on, and nothing secret. */
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
  environment: ImageToolOptions['environment'],
  { variable, below, otherwise }: { readonly variable: string; readonly below: string; readonly otherwise: string },
): string {
  const named = environment[variable] ?? '';
  if (named !== '') return named;
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = environment;
  if (cache !== '') return join(cache, below);
  return home === '' ? otherwise : join(home, '.cache', below);
}

/** For programs that need no network: whatever they ask for goes to a port of this machine where nobody listens. */
export const noNetwork: Readonly<Record<string, string>> = Object.fromEntries(
  proxyVariables.map((name) => [name, name.toLowerCase() === 'no_proxy' ? '' : 'http://127.0.0.1:9']),
);
