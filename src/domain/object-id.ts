import type { Brand } from './brand.ts';

/** A git object id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. */
export type ObjectId = Brand<string, 'ObjectId'>;

export function isObjectId(text: unknown): text is ObjectId {
  return typeof text === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

export function objectId(text: string): ObjectId {
  if (!isObjectId(text)) throw new Error(`Not a git object id: ${JSON.stringify(text)}`);
  return text;
}
