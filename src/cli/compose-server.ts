import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import { Secret } from '../domain/secret.ts';
import { matchesGlob } from '../policy/glob.ts';
import type { AccessRules } from '../registry-server/access.ts';
import { createAccountGuard } from '../registry-server/access.ts';
import { isUserName, parseAccountList } from '../registry-server/account-list.ts';
import type { GarbageOptions, GarbageReport } from '../registry-server/collect-garbage.ts';
import { collectGarbage } from '../registry-server/collect-garbage.ts';
import type { ListeningRegistry, TlsIdentity } from '../registry-server/listen-registry.ts';
import { listenRegistry } from '../registry-server/listen-registry.ts';
import { formatPasswordHash, hashPassword } from '../registry-server/password-hash.ts';

export type { GarbageReport };

export interface ServeOptions {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly readOnly: boolean;
  readonly sparse: boolean;
  /** Patterns of tags: `*` is any text. */
  readonly immutable: readonly string[];
  /** Files, absolute. */
  readonly authFile: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly anonymousRead: boolean;
  /** Beyond this machine, serve without accounts or TLS. */
  readonly insecure: boolean;
}

/** Serves a registry folder until it is closed. Throws USAGE where that would open it to strangers unasked. */
export async function serveRegistry(options: ServeOptions): Promise<ListeningRegistry> {
  checkExposure(options);
  const { folder, host, port, readOnly, sparse, immutable } = options;
  const access = await readAccess(options);
  const tls = await readTls(options);
  return listenRegistry({
    folder,
    host,
    port,
    readOnly,
    sparse,
    immutableTags: (tag) => immutable.some((pattern) => matchesGlob(pattern, tag)),
    ...(access === undefined ? {} : { access }),
    ...(tls === undefined ? {} : { tls }),
  });
}

/** Lists or removes what no tag of a registry folder leads to. */
export function collectRegistryGarbage(options: GarbageOptions): Promise<GarbageReport> {
  return collectGarbage(options);
}

/** A line for the account file. The password is the first line of the input, at least eight characters. */
export async function makeAccountLine(user: string, input: NodeJS.ReadableStream): Promise<string> {
  if (!isUserName(user))
    throw new CutwaterError('USAGE', `Cannot make an account ${quote(user)}: the name has other characters`, {
      hint: 'Use letters, digits and . _ @ -, at most 64',
    });
  const [password = ''] = (await text(input)).split(/\r?\n/);
  if (password.length < 8 || password.length > 1024)
    throw new CutwaterError('USAGE', `Cannot make an account: the password has ${password.length} characters`, {
      hint: 'Give 8 to 1024 characters on standard input',
    });
  return `${user}:${formatPasswordHash(await hashPassword(new Secret(password)))}`;
}

function checkExposure({ host, authFile, anonymousRead, tlsCert, tlsKey, insecure }: ServeOptions): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new CutwaterError('USAGE', 'Cannot serve TLS: one of --tls-cert and --tls-key is missing');
  if (anonymousRead && authFile === undefined)
    throw new CutwaterError('USAGE', 'Cannot use --anonymous-read: without --auth-file everybody may write, too');
  if (isLoopback(host) || insecure) return;
  const missing = [
    ...(authFile === undefined ? ['accounts (--auth-file)'] : []),
    ...(tlsCert === undefined ? ['TLS (--tls-cert, --tls-key)'] : []),
  ];
  if (missing.length === 0) return;
  throw new CutwaterError(
    'USAGE',
    `Cannot serve on ${quote(host)}: others reach it, and there is no ${missing.join(' and no ')}`,
    {
      hint: 'Add what is missing, serve on 127.0.0.1, or say --insecure where a proxy in front has it',
    },
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

async function readAccess({ authFile, anonymousRead }: ServeOptions): Promise<AccessRules | undefined> {
  if (authFile === undefined) return undefined;
  const content = await readGiven(authFile, 'INPUT_INVALID');
  const { mode } = await stat(authFile);
  if ((mode & 0o022) !== 0)
    throw new CutwaterError('INPUT_INVALID', `Cannot trust ${quote(authFile)}: others than its owner may write it`, {
      hint: 'Run chmod go-w on it',
    });
  return { accounts: createAccountGuard(parseAccountList(content, authFile)), anonymousRead };
}

async function readTls({ tlsCert, tlsKey }: ServeOptions): Promise<TlsIdentity | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return {
    certificate: await readGiven(tlsCert, 'KEY_UNUSABLE'),
    key: new Secret(await readGiven(tlsKey, 'KEY_UNUSABLE')),
  };
}

async function readGiven(file: string, code: 'INPUT_INVALID' | 'KEY_UNUSABLE'): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CutwaterError(code, `Cannot read ${quote(file)}: the file is not there or not readable`, {
      cause: error,
    });
  }
}
