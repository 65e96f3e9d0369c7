import type { Digest } from '../../domain/digest.ts';
import { hexOf } from '../../domain/digest.ts';
import type { InTotoStatement } from '../../domain/release-statement.ts';

/** What a release is made of, as far as statements name it. */
export interface ReleaseContents {
  readonly image: {
    /** `host/name`. */
    readonly name: string;
    readonly index: Digest;
    readonly platforms: readonly { readonly platform: string; readonly digest: Digest }[];
  };
  readonly binaries: readonly { readonly name: string; readonly digest: Digest }[];
}

/** The subjects of a release: its index, every platform's manifest (`host/name#linux/amd64`) and every binary. */
export function releaseSubjects({ image, binaries }: ReleaseContents): InTotoStatement<unknown>['subject'] {
  return [
    toSubject(image.name, image.index),
    ...image.platforms.map(({ platform, digest }) => toSubject(`${image.name}#${platform}`, digest)),
    ...binaries.map(({ name, digest }) => toSubject(name, digest)),
  ];
}

function toSubject(name: string, digest: Digest): InTotoStatement<unknown>['subject'][number] {
  return { name, digest: { sha256: hexOf(digest) } };
}
