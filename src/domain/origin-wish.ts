import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { ObjectId } from './object-id.ts';
import { isObjectId } from './object-id.ts';
import { quote } from './quote.ts';
import type { Trailer } from './release-message.ts';
import { parseReleaseMessage } from './release-message.ts';
import { parseTagName, releaseTagOf } from './tag-name.ts';
import type { Version } from './version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from './version.ts';

/** What the message of a stable tag says about where its image comes from. */
export type OriginWish =
  /** Nothing: the highest release candidate that is the same build. */
  | { readonly kind: 'unsaid' }
  /** `Promotes: v1.2.3-rc.1 <tag object>`: this release candidate and no other. */
  | { readonly kind: 'promote'; readonly version: Version; readonly tagObject: ObjectId }
  /** `Rebuild: <reason>`: a new build, although a release candidate was validated. */
  | { readonly kind: 'rebuild'; readonly reason: string };

const names = { promotes: 'Promotes', rebuild: 'Rebuild' } as const;

/** The trailer that a release tag's message carries for a wish. */
export function trailersOf(wish: OriginWish): readonly Trailer[] {
  switch (wish.kind) {
    case 'unsaid':
      return [];
    case 'promote':
      return [{ name: names.promotes, value: `${releaseTagOf(wish.version)} ${wish.tagObject}` }];
    case 'rebuild':
      return [{ name: names.rebuild, value: wish.reason }];
  }
}

/** Reads the message of a stable tag. Refused is one that says two things, or names no candidate of this very version. */
export function readOriginWish(message: string, version: Version): Parsed<OriginWish> {
  const said = parseReleaseMessage(message).trailers.filter(
    ({ name }) => name === names.promotes || name === names.rebuild,
  );
  const [trailer, ...more] = said;
  if (trailer === undefined) return accept({ kind: 'unsaid' });
  if (more.length > 0)
    return refuse(`has ${said.length} lines "${names.promotes}" or "${names.rebuild}", one is wanted`);
  if (trailer.name === names.rebuild) return accept({ kind: 'rebuild', reason: trailer.value });
  const [name = '', tagObject, ...rest] = trailer.value.split(' ');
  const tag = parseTagName(name);
  const candidate = tag.is === 'ok' && tag.value.kind === 'release' ? tag.value.version : undefined;
  if (candidate === undefined || releaseClassOf(candidate) !== 'rc' || !isObjectId(tagObject) || rest.length > 0)
    return refuse(
      `has the line ${quote(`${names.promotes}: ${trailer.value}`)}, "${names.promotes}: vX.Y.Z-rc.N <tag object>" is wanted`,
    );
  if (compareVersions(coreVersion(candidate), version) !== 0)
    return refuse(`promotes ${quote(name)}, which is no candidate of ${formatVersion(version)}`);
  return accept({ kind: 'promote', version: candidate, tagObject });
}
