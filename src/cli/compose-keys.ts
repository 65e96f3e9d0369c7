import { keyReader } from '../adapters/tag-verifier/key-reader.ts';
import type { KeyReader } from '../ports/key-reader.ts';

/** Reads what maintainers' public keys say of themselves. */
export function openKeyReader(): KeyReader {
  return keyReader();
}
