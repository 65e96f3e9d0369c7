import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import { quote } from '../../domain/quote.ts';
import type { ReleasedBinary } from '../../domain/release-statement.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { BuiltParts } from '../../report/compare-builds.ts';
import { compareEntries, compareParts } from '../../report/compare-builds.ts';
import { readWhole } from '../facts/read-artifact.ts';
import type { VerifyWorld } from '../world.ts';

export interface RebuiltImage {
  /** The image of one platform as it was published, and as it was built now. */
  readonly released: Digest;
  readonly here: Digest;
  /** Where the one of now is. */
  readonly repository: ImageRepository;
  /** The released programs of this platform. */
  readonly binaries: readonly ReleasedBinary[];
}

/** How two images of one platform differ, one line for each part, the released programs last. Never empty. */
export async function compareImages(
  world: Pick<VerifyWorld, 'imageFiles' | 'repository'>,
  image: RebuiltImage,
): Promise<readonly string[]> {
  const released = await readParts(world.repository, image.released);
  const here = await readParts(image.repository, image.here);
  const { lines, layers } = compareParts(released, here);
  const found: string[] = [];
  for (const position of layers) {
    const [before, now] = [released.layers[position], here.layers[position]];
    if (before === undefined || now === undefined) continue;
    const old = await world.imageFiles.entries(world.repository, before);
    found.push(...compareEntries(position + 1, old, await world.imageFiles.entries(image.repository, now)));
  }
  const all = [...found, ...lines];
  const parts = all.length > 0 ? all : ['the manifest is written in another way'];
  return [...parts, ...(await compareBinaries(world, image))];
}

async function compareBinaries(
  world: Pick<VerifyWorld, 'imageFiles'>,
  { here, repository, binaries }: RebuiltImage,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const binary of binaries) {
    const file = await world.imageFiles.extract(repository, here, binary.path);
    const is = file?.digest === binary.digest ? 'has the same bytes' : 'is another file';
    lines.push(`program ${quote(binary.name)} ${is}`);
  }
  return lines;
}

interface ReadParts extends BuiltParts {
  readonly layers: readonly { readonly descriptor: Descriptor; readonly digest: Digest; readonly diffId: Digest }[];
}

async function readParts(repository: ImageRepository, digest: Digest): Promise<ReadParts> {
  const manifest = await repository.readManifest(digest);
  const parsed = manifest && parseImageManifest(manifest);
  if (parsed?.is !== 'ok') throw unreadable(digest, parsed?.reason ?? 'is gone');
  const { annotations, config, layers } = parsed.value;
  const read = parseImageConfig(await readWhole(repository.readBlob(config)));
  if (read.is === 'refused') throw unreadable(digest, `has a configuration that ${read.reason}`);
  const { diffIds, json } = read.value;
  return {
    annotations,
    config: json,
    layers: layers.flatMap((descriptor, position) => {
      const diffId = diffIds[position];
      return diffId === undefined ? [] : [{ descriptor, digest: descriptor.digest, diffId }];
    }),
  };
}

function unreadable(digest: Digest, found: string): CutwaterError {
  return new CutwaterError('IMAGE_INVALID', `Cannot compare image ${digest}: it ${found}`);
}
