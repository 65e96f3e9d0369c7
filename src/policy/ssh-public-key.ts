import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

const keyTypes: readonly string[] = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
];

/** Reads a line of an SSH public key file, `ssh-ed25519 AAAA... [comment]`, and returns it without the comment. */
export function parseSshPublicKey(text: string): Parsed<string> {
  if (text.includes('PRIVATE KEY')) return refuse('is a private key; take it out of this file and make a new one');
  const [type = '', body = ''] = text.split(/ +/);
  if (type.startsWith('sk-')) return refuse('is a security-key type, which cannot be checked here');
  if (!keyTypes.includes(type)) return refuse('does not begin with a known key type such as ssh-ed25519');
  if (!/^[A-Za-z0-9+/]{32,4096}={0,2}$/.test(body) || body.length % 4 !== 0)
    return refuse('has no base64 key after its type');
  // RFC 4253, section 6.6: the blob begins with the length and the name of its type.
  const blob = atob(body);
  const start = `\0\0\0${String.fromCharCode(type.length)}${type}`;
  if (!blob.startsWith(start) || blob.length <= start.length) return refuse('names another type inside than outside');
  return accept(`${type} ${body}`);
}
