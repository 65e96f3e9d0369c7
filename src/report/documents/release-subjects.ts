import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import type { InTotoStatement, ReleasedImage } from '../../domain/release-statement.ts';

/** What a release is made of, as far as statements name it. */
export interface ReleaseContents {
  readonly image: ReleasedImage;
  readonly companions?: readonly ReleasedImage[];
  readonly binaries: readonly { readonly name: string; readonly digest: Digest }[];
}

/** The subjects of a release: of each image its index and every platform's manifest (`host/name#linux/amd64`), and every binary. */
export function releaseSubjects({
  image,
  companions = [],
  binaries,
}: ReleaseContents): InTotoStatement<unknown>['subject'] {
  return [
    ...[image, ...companions].flatMap(({ name, index, platforms }) => [
      toSubject(name, index),
      ...platforms.map(({ platform, digest }) => toSubject(`${name}#${platform}`, digest)),
    ]),
    ...binaries.map(({ name, digest }) => toSubject(name, digest)),
  ];
}

function toSubject(name: string, digest: Digest): InTotoStatement<unknown>['subject'][number] {
  return { name, digest: { sha256: hexOf(digest) } };
}
