import type { ImageName } from '../../domain/image-name.ts';
import { parseImageName, shortNameOf } from '../../domain/image-name.ts';
import type { ReleasePredicate, ReleasedDocument, ReleasedImage } from '../../domain/release-statement.ts';
import { releasedImages } from '../../domain/release-statement.ts';
import { placeOfImage } from '../facts/image-places.ts';
import type { ImagePlace, ReadWorld } from '../world.ts';

/** A document of a release, with the image it is about. */
export interface PlacedDocument {
  readonly document: ReleasedDocument;
  readonly image: ReleasedImage;
  /** What names of its files begin with: nothing for the first image. */
  readonly prefix: string;
  /** Undefined where the policy names the image no more. */
  readonly place: ImagePlace | undefined;
}

/** Every document of every image of a release, those of the first image first. */
export function documentsOf(
  world: Pick<ReadWorld, 'repository' | 'mirrors' | 'companions'>,
  release: ReleasePredicate,
): readonly PlacedDocument[] {
  return releasedImages(release).flatMap((image, index) => {
    const name = parseImageName(image.name);
    const prefix = index === 0 || name.is === 'refused' ? '' : filePrefix(name.value);
    const place = placeOfImage(world, image.name);
    return image.documents.map((document) => ({ document, image, prefix, place }));
  });
}

/**
 * The files a document becomes on the forge: `sbom-linux-amd64.cdx.json` and `.spdx.json`, `provenance.sigstore.json`. A
 * scan becomes none. Of a companion they begin with a prefix: `frontend.sbom-linux-amd64.cdx.json`.
 */
export function documentAssetNames(
  { role, platform }: Pick<ReleasedDocument, 'role' | 'platform'>,
  prefix: string,
): Readonly<Partial<Record<'bundle' | 'cyclonedx' | 'spdx', string>>> {
  switch (role) {
    case 'sbom': {
      const start = `${prefix}sbom-${(platform ?? 'all').replaceAll('/', '-')}`;
      return { cyclonedx: `${start}.cdx.json`, spdx: `${start}.spdx.json` };
    }
    case 'provenance':
      return { bundle: bundleName(prefix) };
    case 'scan':
      return {};
  }
}

/** What names of the files of a companion begin with. */
export function filePrefix(companion: ImageName): string {
  return `${shortNameOf(companion)}.`;
}

/** `provenance.sigstore.json` */
export function bundleName(prefix: string): string {
  return `${prefix}provenance.sigstore.json`;
}
