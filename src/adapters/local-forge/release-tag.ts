import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { parseTagName } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';

/** A tag of the form `v1.2.3` or `v1.2.3-rc.1`, which is also a safe folder name; undefined for every other text. */
export function readReleaseTag(text: string): { readonly tag: string; readonly version: Version } | undefined {
  const name = parseTagName(text);
  if (name.is === 'refused' || name.value.kind !== 'release') return undefined;
  return { tag: text, version: name.value.version };
}

/** The tag, before any path is made from it. Throws VERSION_INVALID. */
export function requireReleaseTag(text: string): string {
  if (readReleaseTag(text) !== undefined) return text;
  throw new CutwaterError(
    'VERSION_INVALID',
    `Cannot find release ${quote(text)}: it is no release tag, vX.Y.Z or vX.Y.Z-rc.N is wanted`,
  );
}
