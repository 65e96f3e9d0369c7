import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** A password as it may lie in a file: scrypt (RFC 7914) with the cost, the salt and the result. */
export interface PasswordHash {
  /** Logarithm of N. */
  readonly cost: number;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** 32 MiB and some 50 ms a try. */
const defaultCost = 15;
const keyBytes = 32;
const blockSize = 8;
const parallelism = 1;

export async function hashPassword(password: Secret): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { cost: defaultCost, salt, key: await derive(password, { cost: defaultCost, salt }) };
}

/** Takes as long for a wrong password as for a right one. */
export async function isPasswordOf(password: Secret, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash), hash.key);
}

/** `$scrypt$ln=15,r=8,p=1$SALT$KEY`, both in base64 without padding, as the PHC string format has it. */
export function formatPasswordHash({ cost, salt, key }: PasswordHash): string {
  return `$scrypt$ln=${cost},r=${blockSize},p=${parallelism}$${encode(salt)}$${encode(key)}`;
}

/** Undefined for anything else than what `formatPasswordHash` makes, with a cost between 14 and 20. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const match = /^\$scrypt\$ln=(\d{2}),r=8,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/.exec(text);
  if (match === null) return undefined;
  const [, cost = '', salt = '', key = ''] = match;
  const read = { cost: Number(cost), salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
  return read.cost >= 14 && read.cost <= 20 ? read : undefined;
}

function derive(password: Secret, { cost, salt }: Pick<PasswordHash, 'cost' | 'salt'>): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const settings = { N: 2 ** cost, r: blockSize, p: parallelism, maxmem: 256 * blockSize * 2 ** cost };
  scrypt(password.reveal(), salt, keyBytes, settings, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}
