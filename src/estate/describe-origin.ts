import type { Digest } from '../domain/digest.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { quote } from '../domain/quote.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import { formatVersion } from '../domain/version.ts';
import type { ImageOrigin } from './choose-origin.ts';

/** Where the image of a release comes from, in sentences for people, without final period. None for a plain build. */
export function describeOrigin(origin: ImageOrigin): readonly string[] {
  switch (origin.is) {
    case 'build':
      return [];
    case 'rebuild':
      return [
        `the image is built anew instead of taking that of ${releaseTagOf(origin.insteadOf)}: ${quote(origin.reason)}`,
      ];
    case 'promotion': {
      const { version, buildCommit, paths } = origin.promotion;
      return [
        `the image is that of ${releaseTagOf(version)}, byte for byte, built from commit ${buildCommit.slice(0, 12)}`,
        ...(paths.length === 0
          ? []
          : [`the released commit differs from it only in ${listed(paths)}, which no build reads`]),
        ...origin.passedOver.map((other) => `${releaseTagOf(other)} is higher, and is not what is promoted`),
      ];
    }
  }
}

/** The same as `--json` shows it. */
export type OriginJson =
  | { readonly from: 'build'; readonly commit: ObjectId }
  | { readonly from: 'rebuild'; readonly commit: ObjectId; readonly reason: string; readonly insteadOf: string }
  | {
      readonly from: 'promotion';
      readonly version: string;
      readonly digest: Digest;
      readonly buildCommit: ObjectId;
      /** Where the released commit differs from the one that was built. */
      readonly differs: readonly string[];
    };

export function originJson(origin: ImageOrigin, commit: ObjectId): OriginJson {
  switch (origin.is) {
    case 'build':
      return { from: 'build', commit };
    case 'rebuild':
      return { from: 'rebuild', commit, reason: origin.reason, insteadOf: formatVersion(origin.insteadOf) };
    case 'promotion': {
      const { version, digest, buildCommit, paths } = origin.promotion;
      return { from: 'promotion', version: formatVersion(version), digest, buildCommit, differs: paths };
    }
  }
}

const shownPaths = 8;

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, shownPaths).map(quote).join(', ');
  return paths.length > shownPaths ? `${shown} and ${paths.length - shownPaths} more` : shown;
}
