import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import type { AccountList } from './account-list.ts';
import type { Exchange } from './exchange.ts';
import type { PasswordHash } from './password-hash.ts';
import { isPasswordOf } from './password-hash.ts';
import { RegistryFault } from './registry-fault.ts';

/** Who may come in. */
export interface AccessRules {
  readonly accounts: AccountGuard;
  /** Whether reading needs no account. */
  readonly anonymousRead: boolean;
}

export interface AccountGuard {
  /** Whether there is such an account with this password. */
  isKnown(name: string, password: Secret): Promise<boolean>;
}

/**
 * Refuses with 401 UNAUTHORIZED and a Basic challenge (RFC 7617) who may not do this. The ping `/v2/` asks for an account
 * even where reading does not: clients learn only there that they should send one.
 */
export async function checkAccess(
  { method, headers }: Pick<Exchange, 'method' | 'headers'>,
  path: string,
  rules: AccessRules,
): Promise<void> {
  const credentials = readCredentials(headers.authorization);
  if (credentials === 'none') {
    const reads = method === 'GET' || method === 'HEAD';
    if (rules.anonymousRead && reads && path !== '/v2/' && path !== '/v2') return;
    throw unauthorized('This registry wants a user name and a password');
  }
  if (credentials !== 'unreadable' && (await rules.accounts.isKnown(credentials.name, credentials.password))) return;
  throw unauthorized('The user name or the password is wrong');
}

/** Checking a password is slow on purpose; what was right once in this process is known quickly the next time. */
export function createAccountGuard(accounts: AccountList): AccountGuard {
  const key = randomBytes(32);
  const proven = new Map<string, Buffer>();
  // Somebody must be compared with where there is no such account, or the time would tell which names exist.
  const nobody: PasswordHash = { cost: 15, salt: randomBytes(16), key: randomBytes(32) };
  let [turn, waiting]: [Promise<unknown>, number] = [Promise.resolve(), 0];

  // One at a time: each takes 32 MiB and a thread that files need, too.
  async function judge(password: Secret, hash: PasswordHash): Promise<boolean> {
    if (waiting >= waitingLimit) throw tooMany();
    waiting += 1;
    const mine = turn.then(() => isPasswordOf(password, hash));
    turn = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  }

  return {
    async isKnown(name, password) {
      const mark = createHmac('sha256', key).update(`${name}\0`).update(password.reveal()).digest();
      const known = proven.get(name);
      if (known !== undefined && timingSafeEqual(known, mark)) return true;
      const account = accounts.get(name);
      const right = await judge(password, account ?? nobody);
      if (account === undefined || !right) return false;
      proven.set(name, mark);
      return true;
    },
  };
}

const waitingLimit = 16;

type Credentials = 'none' | 'unreadable' | { readonly name: string; readonly password: Secret };

/** Some clients send an empty name and password where they have none. */
function readCredentials(header: string | undefined): Credentials {
  if (header === undefined || header === '') return 'none';
  const encoded = /^basic +([A-Za-z0-9+/]{1,2800}={0,2}) *$/i.exec(header)?.[1];
  if (encoded === undefined) return 'unreadable';
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (text === ':') return 'none';
  return colon < 1 ? 'unreadable' : { name: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
}

function unauthorized(message: string): RegistryFault {
  const headers = { 'WWW-Authenticate': 'Basic realm="cutwater registry", charset="UTF-8"' };
  return new RegistryFault({ status: 401, code: 'UNAUTHORIZED' }, message, { headers });
}

function tooMany(): RegistryFault {
  const headers = { 'Retry-After': '5' };
  return new RegistryFault({ status: 429, code: 'TOOMANYREQUESTS' }, 'Too many passwords are being checked', {
    headers,
  });
}
