import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** Reads a full OpenPGP fingerprint, 40 or 64 hexadecimal digits, spaces allowed, as upper case without spaces. */
export function parseOpenpgpFingerprint(text: string): Parsed<string> {
  const digits = text.replaceAll(' ', '').toUpperCase();
  if (/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(digits)) return accept(digits);
  if (/^(?:0X)?(?:[0-9A-F]{8}|[0-9A-F]{16})$/.test(digits))
    return refuse('is a short key id, and others can make keys with the same short id');
  if (/^0X[0-9A-F]+$/.test(digits)) return refuse('begins with "0x"');
  if (/^[0-9A-F]+$/.test(digits)) return refuse(`has ${digits.length} digits`);
  return refuse('is not hexadecimal');
}
