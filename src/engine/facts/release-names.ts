import type { Digest } from '../../domain/digest.ts';
import { releasedImages } from '../../domain/release-statement.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readRecord } from './read-record.ts';
import { sideBySide } from '../side-by-side.ts';
import type { ImagePlace, ReadWorld } from '../world.ts';

/**
 * Looks whether a build of the branch has a name that only releases get (`X.Y.Z`, `X.Y`, `X`, `latest`). Nothing here
 * writes one, so this is for what other tools do. A build taken over from a release has them rightly: its statement says so.
 */
export async function requireNoReleaseName(
  world: ReadWorld,
  loaded: LoadedPolicy,
  build: {
    /** Where the image is published that was built. */
    readonly place: Pick<ImagePlace, 'repository'>;
    readonly digest: Digest;
    readonly imageTags: readonly ImageTag[];
  },
): Promise<void> {
  const { digest, imageTags, place } = build;
  const names = imageTags.map((tag) => ({ tag, read: readRegistryTag(tag) }));
  const holding: typeof names = [];
  await sideBySide(
    names.filter(({ read }) => read.kind === 'version' || read.kind === 'alias'),
    8,
    async (name) => {
      if ((await place.repository.resolve(name.tag))?.digest === digest) holding.push(name);
    },
  );
  if (holding.length === 0) return;
  for (const { read } of holding) {
    const record = read.kind === 'version' ? await readRecord(world, loaded, read.version) : undefined;
    if (record?.is === 'valid' && releasedImages(record.release).some(({ index }) => index === digest)) return;
  }
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot vouch for the build ${digest}: it has the name ${holding
      .map(({ tag }) => tag)
      .toSorted()
      .join(', ')}, which only a release may have`,
    { hint: "Find out what wrote it; 'cutwater reconcile --replace ALIAS@DIGEST' brings an alias back" },
  );
}
