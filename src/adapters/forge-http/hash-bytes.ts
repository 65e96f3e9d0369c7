import { createHash } from 'node:crypto';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';

export async function hashBytes(bytes: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return digestFromHex(hash.digest('hex'));
}
