import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { candidateTag, partTag } from '../../estate/registry-tags.ts';
import type { ImagePolicy } from '../../policy/policy.ts';
import { partStatement } from '../../report/documents/part-statement.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import { requireOwnSha } from '../edge/edge-build.ts';
import { demandOf } from '../evidence/release-demand.ts';
import { requireEvidence } from '../evidence/require-evidence.ts';
import { atImage, companionName, placeOfImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import { runStep } from '../run-step.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import type { ReleaseWorld } from '../world.ts';
import { extractBinaries } from './binaries.ts';
import { policyDigest } from './build-image.ts';
import type { ReleaseOrder } from './build-order.ts';
import { orderOf } from './build-order.ts';
import { buildPlatforms } from './build-platforms.ts';
import { originOf } from './expect-image.ts';
import type { Part } from './find-part.ts';
import { findPart } from './find-part.ts';
import { imageOrigins } from './image-origins.ts';
import type { ReleaseJob } from './make-candidate.ts';
import { questionOf } from './make-candidate.ts';
import { findCommitted, openJob, requireReady } from './open-job.ts';
import { readPinned } from './pin-statement.ts';

/** What became of one platform of a release. */
export interface PartsResult {
  /** The release tag. */
  readonly tag: string;
  readonly platform: string;
  /** Why there is nothing to build, completing "v1.2.3 ..."; undefined where something was to be. */
  readonly nothing: string | undefined;
  /** Of each image that has the platform and is not put together yet. */
  readonly parts: readonly BuiltPart[];
}

export interface BuiltPart {
  /** `host/name`. */
  readonly image: string;
  readonly imageTag: string;
  readonly index: Digest;
  /** The platform's manifest. */
  readonly manifest: Digest;
}

/**
 * Builds one platform of every image of a release, for the run that publishes it to put together: on a machine of that kind,
 * beside others. The tag is judged first as it is there. Where the release needs no build any more, or takes the image of a
 * release candidate, nothing is done. Killed anywhere and called again, it ends as if it had never been killed.
 */
export async function buildParts(
  world: ReleaseWorld,
  loaded: LoadedPolicy,
  { version, platform }: { readonly version: Version; readonly platform: Platform },
): Promise<PartsResult> {
  world.report({ type: 'stage', name: 'verify tag', detail: `v${formatVersion(version)}` });
  const job = await openJob(world, loaded, version);
  const about = { tag: job.admitted.tag.name, platform: formatPlatform(platform) };
  const images = imagesFor(job, platform);
  const nothing = images.length === 0 ? noSuchPlatform(job, platform) : await whyNothing(world, job);
  if (nothing !== undefined) return { ...about, nothing, parts: [] };
  const parts: BuiltPart[] = [];
  for (const image of images) {
    const place = placeOfImage(world, formatImageName(image.name));
    if (place === undefined) throw new Error(`${formatImageName(image.name)} passed the checks and has no repository`);
    const part = await makePart(atImage(world, place), job, {
      platform,
      order: orderOf(job, image),
      image: companionName(world, place),
    });
    if (part !== undefined) parts.push(part);
  }
  return { ...about, nothing: parts.length === 0 ? 'has its images already' : undefined, parts };
}

function imagesFor({ image, companions }: ReleaseJob, platform: Platform): readonly ImagePolicy[] {
  return [image, ...companions].filter(({ platforms }) => has(platforms, platform));
}

function has(platforms: readonly Platform[], wanted: Platform): boolean {
  return platforms.some((platform) => formatPlatform(platform) === formatPlatform(wanted));
}

/** The jobs are those that the branch asks for; an older tree has no use for some. Others are asked for by mistake. */
function noSuchPlatform({ admitted, loaded }: ReleaseJob, platform: Platform): string {
  const name = formatPlatform(platform);
  if (loaded.policy.images.some(({ platforms }) => has(platforms, platform)))
    return `has no ${name}: the policy of its tree does not name it`;
  throw new CutwaterError('USAGE', `Cannot build ${name} of ${admitted.tag.name}: no image of the policy has it`, {
    hint: 'Name a platform of images.platforms in cutwater.yaml',
  });
}

/** Everything that a release is asked for before it builds, but its gates, which run once, where it is published. */
async function whyNothing(world: ReleaseWorld, job: ReleaseJob): Promise<string | undefined> {
  if ((await findCommitted(world, job)) !== undefined) return 'is published already';
  const withdrawn = await requireReady(world, job);
  if ((await readPinned(world, job)) !== undefined) return 'has its statement already';
  const question = questionOf(job, withdrawn);
  const { evidence } = await demandOf(world, question, job.kinds);
  await requireEvidence(world, job.loaded, evidence);
  const { origin } = await originOf(world, question);
  return origin.is === 'promotion' ? 'takes the image of its release candidate' : undefined;
}

interface PartOrder {
  readonly platform: Platform;
  readonly order: ReleaseOrder;
  /** What steps say of the image. */
  readonly image: { readonly image?: string };
}

/** Undefined where the whole image is pinned. Of two runs the first to write the tag wins, and the other takes over its part. */
async function makePart(world: ReleaseWorld, job: ReleaseJob, part: PartOrder): Promise<BuiltPart | undefined> {
  const { order, platform } = part;
  const { object } = job.admitted.tag;
  if ((await world.repository.resolve(candidateTag(object))) !== undefined) return undefined;
  const tag = partTag(object, platform);
  let own: Digest | undefined;
  await runStep(
    { kind: 'part', ...part.image, imageTag: tag, platform: formatPlatform(platform), commit: order.commit },
    {
      observe: async () => {
        const found = await world.repository.resolve(tag);
        return found === undefined ? { is: 'absent' } : { is: 'present', evidence: found.digest };
      },
      apply: async () => {
        own = await buildOwn(world, part);
        await imageTagHandler(world.repository, { tag, digest: own, once: 'first-wins' }).apply();
      },
    },
    world,
  );
  const held = await findPart(world, order, platform);
  if (held === undefined) throw new CutwaterError('BAD_REPLY', `Cannot keep ${tag}: it is gone again`);
  if (own !== undefined && own !== held.index) sayWhoseItIs(world, held, own);
  return {
    image: formatImageName(world.repository.name),
    imageTag: tag,
    index: held.index,
    manifest: held.entry.digest,
  };
}

function sayWhoseItIs(world: ReleaseWorld, { platform, index }: Part, own: Digest): void {
  const text = `${formatPlatform(platform)} is ${index}, which another run built first; ${own}, built here, is not used`;
  world.report({ type: 'note', level: 'info', text });
}

/** Builds the part, judges it as a whole image is judged, and signs what it is. */
async function buildOwn(world: ReleaseWorld, { order, platform, image }: PartOrder): Promise<Digest> {
  const { build, commit, loaded, source } = order;
  await requireOwnSha({ loaded, commit, origins: imageOrigins(world, loaded.trust) });
  const name = formatPlatform(platform);
  world.report({
    type: 'stage',
    name: 'build',
    detail: `${name} of ${formatImageName(order.image.name)} from ${commit.slice(0, 12)}`,
  });
  const { index, entries } = await buildPlatforms(world, order, [platform]);
  const [entry] = entries;
  if (entry === undefined) throw new Error('A platform that was built has no entry');
  await extractBinaries(world, build, { images: [{ platform, digest: entry.digest }], version: undefined });
  const statement = partStatement({
    schema: 'cutwater.part/1',
    project: loaded.policy.project,
    image: formatImageName(order.image.name),
    platform: name,
    index: index.digest,
    manifest: entry.digest,
    tag: { name: source.name, object: source.object },
    commit,
    policy: await policyDigest(world.git, commit),
    builder: { type: world.builder.buildTypeOf(order.image), id: world.builderId },
  });
  await storeDocument(world, loaded.trust, {
    role: 'part',
    ...image,
    platform: name,
    subject: index,
    predicateType: predicateTypes.part,
    statement: statementBytes(statement),
  });
  return index.digest;
}
