import type { Digest } from '../../domain/digest.ts';
import type { ImageName, ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { BranchBuild } from '../../estate/judge-edge.ts';
import { judgeSha } from '../../estate/judge-sha.ts';
import { shaTag } from '../../estate/registry-tags.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';
import type { Step } from '../../plan/step.ts';
import type { BuildOrder } from '../release/build-image.ts';
import { readPlatformImages } from '../release/build-image.ts';
import { makeImage } from '../release/make-image.ts';
import { channelNames } from './gather-edge.ts';
import { requireOwnSha, shaTaken } from '../release/own-sha.ts';
import type { ImageOrigins } from '../release/image-origins.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { runGates } from '../evidence/run-gates.ts';
import { runStep } from '../run-step.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import { requireTrustedSigner } from '../release/trusted-signer.ts';
import type { ReadWorld, ReleaseWorld } from '../world.ts';

/** A commit of the default branch whose image is wanted. */
export interface EdgeJob {
  readonly loaded: LoadedPolicy;
  /** The policy of the commit's own tree: what the build follows. */
  readonly build: Policy;
  readonly image: ImagePolicy;
  /** The name of the image where it is a companion; undefined for the first one. */
  readonly companion?: ImageName;
  readonly commit: ObjectId;
  readonly origins: ImageOrigins;
}

export interface EdgeBuild extends BranchBuild {
  /** False where a published build of the commit was taken over. */
  readonly built: boolean;
  /** Its `sha-` tag; undefined where another image had that name already. */
  readonly tag: ImageTag | undefined;
}

/** The build of one image of a commit; the world is that image's. */
export interface ImageJob<World = ReleaseWorld> {
  readonly world: World;
  readonly job: EdgeJob;
}

/**
 * Makes sure that a build of the commit is published under its `sha-` tag, of every image. A build that is published already,
 * of a release or of an earlier run, is taken over by its signed provenance and nothing is built again. Of two builders the
 * first to write the tag wins, and the other takes over its image. In the order of the images, the first one first.
 */
export async function publishBuilds(world: ReleaseWorld, images: readonly ImageJob[]): Promise<readonly EdgeBuild[]> {
  const found: (Digest | undefined)[] = [];
  for (const { world: at, job } of images) found.push(await findBuild(at, job));
  const digests = await makeBuilds(world, images, found);
  const builds: EdgeBuild[] = [];
  for (const [index, image] of images.entries()) {
    const digest = digests[index];
    if (digest === undefined) throw new Error('An image that was built has no digest');
    builds.push(await nameBuild(image, { digest, built: found[index] === undefined }));
  }
  return builds;
}

async function nameBuild(
  { world, job }: ImageJob,
  { digest, built }: { readonly digest: Digest; readonly built: boolean },
): Promise<EdgeBuild> {
  const { commit, loaded, origins } = job;
  await readPlatformImages(world, job.image, digest);
  const tag = shaTag(commit, loaded.policy.channels.sha);
  const effect = { tag, digest, once: 'first-wins' } as const;
  const step: Step = { kind: 'image-tag', ...imageOf(job), imageTag: tag, digest, once: effect.once };
  const held = await runStep(step, imageTagHandler(world.repository, effect), world);
  if (held === digest) return { commit, digest, built, tag };
  const first = judgeSha(commit, await origins.of(held));
  if (first.is === 'taken') throw shaTaken(job, first);
  const isOwn = first.is === 'own';
  const why = isOwn ? 'a build of this commit was published first' : 'nobody vouches for that image';
  const text = `${job.companion === undefined ? '' : `${formatImageName(job.companion)}:`}${tag} stays ${held}: ${why}`;
  world.report({ type: 'note', level: isOwn ? 'info' : 'warning', text });
  return isOwn ? { commit, digest: held, built, tag } : { commit, digest, built, tag: undefined };
}

/** What steps say of the image: nothing of the first one. */
export function imageOf({ companion }: Pick<EdgeJob, 'companion'>): { readonly image?: string } {
  return companion === undefined ? {} : { image: formatImageName(companion) };
}

/**
 * A published build of the commit: under its `sha-` tag, in either form, or where an image of another tool has that name,
 * where an earlier run put it. Throws DIGEST_CONFLICT where the tag holds a build of another commit.
 */
export async function findBuild(
  world: Pick<ReadWorld, 'now'>,
  job: Pick<EdgeJob, 'loaded' | 'commit' | 'origins' | 'companion'>,
): Promise<Digest | undefined> {
  const { commit, loaded, origins } = job;
  const held = await requireOwnSha(job);
  if (held.is === 'own') return held.digest;
  const other = shaTag(commit, loaded.policy.channels.sha === 'full' ? 'short' : 'full');
  for (const name of [other, ...channelNames(loaded.policy, world.now)]) {
    const found = await origins.at(name);
    if (found?.commits.includes(commit) === true) return found.digest;
  }
  return undefined;
}

/** The images that are there, and the others built; the gates on the candidate see all of them. */
async function makeBuilds(
  world: ReleaseWorld,
  images: readonly ImageJob[],
  found: readonly (Digest | undefined)[],
): Promise<readonly (Digest | undefined)[]> {
  const [first] = images;
  if (first === undefined || found.every((digest) => digest !== undefined)) return found;
  const { build, commit, loaded } = first.job;
  await requireTrustedSigner(world, loaded, `build commit ${commit.slice(0, 12)} of ${loaded.policy.git.branch}`);
  const round = { classes: ['edge'], commit } as const;
  await runGates(world, build, { ...round, on: 'source', image: undefined });
  const digests: Digest[] = [];
  for (const [index, image] of images.entries()) digests.push(found[index] ?? (await makeBuild(image)));
  const given = images.map(({ job: { image } }, index) => ({
    name: image.name,
    image: `${formatImageName(image.name)}@${digests[index] ?? ''}`,
  }));
  const [own, ...companions] = given;
  await runGates(world, build, { ...round, on: 'candidate', image: own?.image, companions });
  return digests;
}

async function makeBuild({ world, job }: ImageJob): Promise<Digest> {
  const { commit } = job;
  let digest: Digest | undefined;
  return runStep<Digest>(
    { kind: 'build', ...imageOf(job), commit, digest: undefined },
    {
      observe: async () => (digest === undefined ? { is: 'absent' } : { is: 'present', evidence: digest }),
      apply: async () => {
        digest = await makeImage(world, edgeOrder(job));
      },
    },
    world,
  );
}

/** How an image of a commit of the default branch is built. */
export function edgeOrder({ build, commit, companion, image, loaded }: EdgeJob): BuildOrder {
  const version = shaTag(commit, loaded.policy.channels.sha);
  const source = { kind: 'branch', name: loaded.policy.git.branch } as const;
  const order = { loaded, build, image, commit, version, source };
  return companion === undefined ? order : { ...order, companion };
}
