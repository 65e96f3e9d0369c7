import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import type { ImagePolicy } from '../../policy/policy.ts';
import { demandOf } from '../evidence/release-demand.ts';
import { requireEvidence } from '../evidence/require-evidence.ts';
import { atImage, placeOfImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReleaseWorld } from '../world.ts';
import { orderOf } from './build-order.ts';
import { originOf } from './expect-image.ts';
import type { ReleaseJob } from './make-candidate.ts';
import { questionOf } from './make-candidate.ts';
import type { BuiltPart } from './make-part.ts';
import { makePart } from './make-part.ts';
import { findCommitted, openJob, requireReady } from './open-job.ts';
import { readPinned } from './pin-statement.ts';

/** What became of one platform of a release, or of a commit of the default branch. */
export interface PartsResult {
  /** `v1.2.3`; undefined for a commit. */
  readonly tag: string | undefined;
  readonly commit: ObjectId;
  readonly platform: string;
  /** Why there is nothing to build, completing "v1.2.3 ..."; undefined where something was to be. */
  readonly nothing: string | undefined;
  /** Of each image that has the platform and is not put together yet. */
  readonly parts: readonly BuiltPart[];
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
  const about = { tag: job.admitted.tag.name, commit: job.admitted.commit, platform: formatPlatform(platform) };
  const images = imagesFor(job, platform);
  const nothing = images.length === 0 ? noSuchPlatform(job, platform) : await whyNothing(world, job);
  if (nothing !== undefined) return { ...about, nothing, parts: [] };
  const parts: BuiltPart[] = [];
  for (const image of images) {
    const place = placeOfImage(world, formatImageName(image.name));
    if (place === undefined) throw new Error(`${formatImageName(image.name)} passed the checks and has no repository`);
    const at = atImage(world, place);
    const isPinned = (await at.repository.resolve(candidateTag(job.admitted.tag.object))) !== undefined;
    if (!isPinned) parts.push(await makePart(at, orderOf(job, image), platform));
  }
  return { ...about, nothing: parts.length === 0 ? 'has its images already' : undefined, parts };
}

function imagesFor({ image, companions }: ReleaseJob, platform: Platform): readonly ImagePolicy[] {
  return [image, ...companions].filter(({ platforms }) => hasPlatform(platforms, platform));
}

export function hasPlatform(platforms: readonly Platform[], wanted: Platform): boolean {
  return platforms.some((platform) => formatPlatform(platform) === formatPlatform(wanted));
}

/** The jobs are those that the branch asks for; an older tree has no use for some. Others are asked for by mistake. */
function noSuchPlatform({ admitted, loaded }: ReleaseJob, platform: Platform): string {
  requireKnown(loaded, platform, admitted.tag.name);
  return `has no ${formatPlatform(platform)}: the policy of its tree does not name it`;
}

/** Throws USAGE for a platform that no image of the protected branch has. */
export function requireKnown({ policy }: LoadedPolicy, platform: Platform, of: string): void {
  const known = new Set(policy.images.flatMap(({ platforms }) => platforms.map(formatPlatform)));
  if (known.has(formatPlatform(platform))) return;
  throw new CutwaterError('USAGE', `Cannot build ${formatPlatform(platform)} of ${of}: no image of the policy has it`, {
    hint: `Name one that images.platforms in cutwater.yaml has: ${[...known].join(', ')}`,
  });
}

/** Everything that a release is asked for before it builds, but gates and checks of the forge: those once, where it is published. */
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
