import { sourceMembers } from '../../domain/build-source.ts';
import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { partTag } from '../../estate/registry-tags.ts';
import { partStatement } from '../../report/documents/part-statement.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import { requireOwnSha } from './own-sha.ts';
import { binariesOf } from '../../policy/binaries-of.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import { runStep } from '../run-step.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import type { ReleaseWorld } from '../world.ts';
import { extractBinaries } from './binaries.ts';
import type { BuildOrder } from './build-image.ts';
import { policyDigest } from './build-image.ts';
import { buildPlatforms } from './build-platforms.ts';
import type { Part } from './find-part.ts';
import { findPart, partSourceOf } from './find-part.ts';
import { imageOrigins } from './image-origins.ts';

export interface BuiltPart {
  /** `host/name`. */
  readonly image: string;
  readonly imageTag: string;
  readonly index: Digest;
  /** The platform's manifest. */
  readonly manifest: Digest;
}

/**
 * Makes sure that one platform of an image is kept as a part, building it only if it is not. Of two runs the first to write the
 * tag wins, and the other takes over its part, which counts by what CI signed about it.
 */
export async function makePart(world: ReleaseWorld, order: BuildOrder, platform: Platform): Promise<BuiltPart> {
  const tag = partTag(partSourceOf(order), platform);
  let own: Digest | undefined;
  await runStep(
    { kind: 'part', ...imageOf(order), imageTag: tag, platform: formatPlatform(platform), commit: order.commit },
    {
      observe: async () => {
        const found = await world.repository.resolve(tag);
        return found === undefined ? { is: 'absent' } : { is: 'present', evidence: found.digest };
      },
      apply: async () => {
        own = await buildOwn(world, order, platform);
        await imageTagHandler(world.repository, { tag, digest: own, once: 'first-wins' }).apply();
      },
    },
    world,
  );
  const held = await findPart(world, order, platform);
  if (held === undefined) throw new CutwaterError('BAD_REPLY', `Cannot keep ${tag}: it is gone again`);
  if (own !== undefined && own !== held.index) sayWhoseItIs(world, held, own);
  const image = formatImageName(world.repository.name);
  return { image, imageTag: tag, index: held.index, manifest: held.entry.digest };
}

function imageOf({ companion }: BuildOrder): { readonly image?: string } {
  return companion === undefined ? {} : { image: formatImageName(companion) };
}

function sayWhoseItIs(world: ReleaseWorld, { platform, index }: Part, own: Digest): void {
  const text = `${formatPlatform(platform)} is ${index}, which another run built first; ${own}, built here, is not used`;
  world.report({ type: 'note', level: 'info', text });
}

/** Builds the part, judges it as a whole image is judged, and signs what it is. */
async function buildOwn(world: ReleaseWorld, order: BuildOrder, platform: Platform): Promise<Digest> {
  const { build, commit, image, loaded, source } = order;
  await requireOwnSha({ ...order, origins: imageOrigins(world, loaded.trust) });
  const name = formatPlatform(platform);
  const detail = `${name} of ${formatImageName(image.name)} from ${commit.slice(0, 12)}`;
  world.report({ type: 'stage', name: 'build', detail });
  const { index, entries } = await buildPlatforms(world, order, [platform]);
  const [entry] = entries;
  if (entry === undefined) throw new Error('A platform that was built has no entry');
  const binaries = binariesOf(build, image.name);
  await extractBinaries(world, binaries, { images: [{ platform, digest: entry.digest }], version: undefined });
  const statement = partStatement({
    schema: 'cutwater.part/1',
    project: loaded.policy.project,
    image: formatImageName(image.name),
    platform: name,
    index: index.digest,
    manifest: entry.digest,
    ...sourceMembers(source),
    commit,
    policy: await policyDigest(world.git, commit),
    builder: { type: world.builder.buildTypeOf(image), id: world.builderId },
  });
  await storeDocument(world, loaded.trust, {
    role: 'part',
    ...imageOf(order),
    platform: name,
    subject: index,
    predicateType: predicateTypes.part,
    statement: statementBytes(statement),
  });
  return index.digest;
}
