import { quote } from '../domain/quote.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
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

const shownPaths = 8;

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, shownPaths).map(quote).join(', ');
  return paths.length > shownPaths ? `${shown} and ${paths.length - shownPaths} more` : shown;
}
