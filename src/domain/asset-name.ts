import type { Brand, Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';

/** The name of a release asset: `[A-Za-z0-9][A-Za-z0-9._+-]{0,199}`, safe as file name, URL part and checksum line. */
export type AssetName = Brand<string, 'AssetName'>;

export function parseAssetName(text: string): Parsed<AssetName> {
  if (!isAssetName(text)) return refuse('is not a letter or digit followed by up to 199 of A-Z a-z 0-9 . _ + -');
  return accept(text);
}

export function isAssetName(text: unknown): text is AssetName {
  return typeof text === 'string' && /^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/.test(text);
}
