import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { atImage, placeOfImage } from '../facts/image-places.ts';
import { quote } from '../../domain/quote.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { overruleEdge } from '../../estate/judge-edge.ts';
import { channelStep } from '../../plan/channel-steps.ts';
import type { Step } from '../../plan/step.ts';
import type { EdgeBuild, ImageJob } from './edge-build.ts';
import { imageOf, publishBuilds } from './edge-build.ts';
import type { MirrorFailure } from '../mirrors/fill-mirrors.ts';
import { failOnMirrors, mirrorNames } from '../mirrors/fill-mirrors.ts';
import type { ChannelState, EdgeEstate } from './gather-edge.ts';
import { channelNames, gatherEdge, requireWholeHistory } from './gather-edge.ts';
import { imageOrigins } from '../release/image-origins.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readPolicyAt } from '../facts/load-policy.ts';
import { reconcileRounds } from '../pointers/reconcile.ts';
import { requireNoReleaseName } from '../facts/release-names.ts';
import { sameImages } from '../release/same-image.ts';
import { aliasGroups, moveAliases } from '../steps/alias.ts';
import type { ReadWorld, ReleaseWorld } from '../world.ts';

export interface EdgeRequest {
  /** Anything git understands as a commit; default: the head of the default branch. */
  readonly revision?: string;
  /** Channels whose present digest a person named and wants replaced, whatever it is. */
  readonly replace?: ReadonlyMap<string, Digest>;
}

/** What came of one image. */
export interface EdgeOutcome {
  readonly build: EdgeBuild;
  readonly estate: EdgeEstate;
}

export interface EdgeResult extends EdgeOutcome {
  /** The same of the further images, by name. */
  readonly companions: readonly (EdgeOutcome & { readonly name: string })[];
  /** Effects of this run on the channels and mirrors, in order. */
  readonly done: readonly Step[];
  readonly rounds: number;
}

/**
 * Builds every image of a commit of the default branch, or takes over its published build, and brings `edge` and the nightly of today to
 * the newest build there is: read, judge, look, put, and read again until a round changes nothing. Killed anywhere and
 * called again it ends as if never killed. A channel that must not move is reported at the end, after all else is right.
 */
export async function publishEdge(
  world: ReleaseWorld,
  loaded: LoadedPolicy,
  request: EdgeRequest = {},
): Promise<EdgeResult> {
  requireKnownChannels(channelNames(loaded.policy, world.now), request.replace ?? new Map());
  const images = await openJobs(world, loaded, request.revision);
  const builds = await publishBuilds(world, images);
  const built = images.map((image, index) => ({ ...image, build: buildAt(builds, index) }));
  world.report({ type: 'stage', name: 'channels' });
  const done: Step[] = [];
  let refusedBefore = '';
  for (let round = 1; round <= reconcileRounds; round += 1) {
    await world.git.fetchRemote();
    const found: FoundImage[] = [];
    for (const { world: at, job, build } of built) {
      const gathered = await gatherEdge(at, loaded, { origins: job.origins, own: build });
      found.push({ world: at, job, build, estate: overruled(gathered, request.replace) });
    }
    if (round === 1) for (const image of found) explain(image);
    let settled = true;
    for (const image of found) if (!(await moveChannels(image, done))) settled = false;
    const refused = found.flatMap(refusalsOf).join(' ');
    const confirmed = refused === refusedBefore;
    refusedBefore = refused;
    if (!settled || (refused !== '' && !confirmed)) continue;
    const behind: MirrorFailure[] = [];
    for (const image of found) behind.push(...(await mirrorNames(image.world, vouchedNames(image))));
    for (const { world: at, build, estate } of found)
      await requireNoReleaseName(world, loaded, { place: at, digest: build.digest, imageTags: estate.imageTags });
    failOnRefusals(found);
    failOnMirrors(behind, 'edge');
    return resultOf(found, { done, rounds: round });
  }
  throw new CutwaterError(
    'UNSTABLE',
    `Cannot settle the channels of ${loaded.policy.git.branch}: others changed them in each of ${reconcileRounds} rounds`,
    { hint: "Run 'cutwater edge' again" },
  );
}

interface FoundImage extends ImageJob, EdgeOutcome {}

function buildAt(builds: readonly EdgeBuild[], index: number): EdgeBuild {
  const build = builds[index];
  if (build === undefined) throw new Error('An image of the branch has no build');
  return build;
}

function resultOf(found: readonly FoundImage[], run: Pick<EdgeResult, 'done' | 'rounds'>): EdgeResult {
  const [first, ...companions] = found;
  if (first === undefined) throw new Error('A policy without an image passed the checks');
  return {
    build: first.build,
    estate: first.estate,
    companions: companions.map(({ job, build, estate }) => ({ name: formatImageName(job.image.name), build, estate })),
    ...run,
  };
}

/** What mirrors get: no name under which there is an image that nobody vouches for. */
function vouchedNames({ estate, build: { tag } }: EdgeOutcome): readonly ImageTag[] {
  const names = estate.channels.filter((state) => !isRefused(state)).map(({ name }) => name);
  return tag === undefined ? names : [tag, ...names];
}

/**
 * What a run would build: the commit, if it is of the default branch, and the rules of its own tree, for each image that this
 * tree builds. The first image first.
 */
export async function openJobs<World extends ReadWorld>(
  world: World,
  loaded: LoadedPolicy,
  revision?: string,
): Promise<readonly ImageJob<World>[]> {
  const { branch } = loaded.policy.git;
  // What was fetched when the project was opened is used up here: whoever asks after the build wants to see what changed.
  await world.git.fetchRemote();
  await requireWholeHistory(world, `build ${branch}`);
  const commit = revision === undefined ? loaded.commit : await readRevision(world, revision);
  const history = await world.git.firstParents(loaded.commit);
  if (!history.includes(commit))
    throw new CutwaterError(
      'OFF_BRANCH',
      `Cannot publish a build of commit ${commit}: it is not in the first-parent history of ${branch}`,
      { hint: `Build a commit that ${branch} itself was at; what was merged or rewritten away is no state of it` },
    );
  const short = commit.slice(0, 12);
  const build = await readPolicyAt(world.git, commit, `${short}:cutwater.yaml`);
  const { image, companions } = sameImages(loaded.policy, build, `build commit ${short}`);
  const common = { loaded, build, commit };
  const first = { world, job: { ...common, image, origins: imageOrigins(world, loaded.trust) } };
  return [
    first,
    ...companions.map((one) => {
      const place = placeOfImage(world, formatImageName(one.name));
      if (place === undefined) throw new Error(`${formatImageName(one.name)} passed the checks and has no repository`);
      const at = atImage(world, place);
      return {
        world: at,
        job: { ...common, image: one, companion: one.name, origins: imageOrigins(at, loaded.trust) },
      };
    }),
  ];
}

async function readRevision(world: ReadWorld, revision: string): Promise<ObjectId> {
  const commit = await world.git.commitOf(revision);
  if (commit === undefined)
    throw new CutwaterError('USAGE', `Cannot find commit ${quote(revision)}: git does not know it`, {
      hint: 'Name a commit that this clone has, such as HEAD or a commit id',
    });
  return commit;
}

function requireKnownChannels(names: readonly ImageTag[], replace: ReadonlyMap<string, Digest>): void {
  const strange = [...replace.keys()].find((name) => !names.some((known) => known === name));
  if (strange === undefined) return;
  throw new CutwaterError(
    'USAGE',
    `Cannot replace ${quote(strange)}: this run moves ${names.join(' and ') || 'no channel, as the policy says'}`,
  );
}

/** True where nothing was to be done. */
async function moveChannels({ world, job, estate }: FoundImage, done: Step[]): Promise<boolean> {
  const { image } = imageOf(job);
  const steps = estate.channels.flatMap(({ name, judgement }) => channelStep(name, judgement, image) ?? []);
  const report: ReadWorld['report'] = (event) => {
    if (event.type === 'step-done') done.push(event.step);
    world.report(event);
  };
  for (const group of aliasGroups(steps)) await moveAliases(world.repository, group, { ...world, report });
  return steps.length === 0;
}

function overruled(estate: EdgeEstate, replace: EdgeRequest['replace']): EdgeEstate {
  const channels = estate.channels.map((state) => ({
    ...state,
    judgement: overruleEdge(state.judgement, replace?.get(state.name)),
  }));
  return { ...estate, channels };
}

/** What a person would not expect: that a rewritten branch was noticed, and that a late build moves nothing. */
function explain({ world, job, build, estate: { branch, history, channels } }: FoundImage): void {
  // Of the branch it is said once.
  if (job.companion !== undefined) return;
  const own = history.get(build.commit);
  const short = build.commit.slice(0, 12);
  const note = (level: 'info' | 'warning', text: string): void => world.report({ type: 'note', level, text });
  if (own === undefined)
    note('warning', `commit ${short} is no longer in the history of ${branch}: it moves no channel`);
  for (const { name, judgement } of channels) {
    if (judgement.is === 'move' && judgement.because === 'rewritten') {
      const gone = judgement.from.commits.map((commit) => commit.slice(0, 12)).join(', ');
      note('warning', `${branch} was rewritten: ${name} is at commit ${gone}, which is no longer in its history`);
    }
    if (judgement.is === 'right' && own !== undefined && (history.get(judgement.at.commit) ?? own) < own)
      note('info', `${name} stays at the newer commit ${judgement.at.commit.slice(0, 12)}`);
  }
}

function refusalsOf({ estate }: FoundImage): readonly string[] {
  return estate.channels.flatMap(({ name, judgement }) =>
    judgement.is === 'refused' ? [`${name}@${judgement.from.digest}`] : [],
  );
}

function failOnRefusals(found: readonly FoundImage[]): void {
  const refused = found.flatMap(refusalsOf);
  const [first] = refused;
  if (first === undefined) return;
  const names = found.flatMap(({ job, estate }) =>
    estate.channels.filter(isRefused).map(({ name }) => {
      const { image } = imageOf(job);
      return image === undefined ? name : `${image}:${name}`;
    }),
  );
  throw new CutwaterError(
    'ALIAS_WOULD_REGRESS',
    `Cannot move ${names.join(', ')}: nobody vouches for the image there, so nothing says which commit it is of`,
    {
      details: refused,
      hint: `Find out what it is; to give it up, run 'cutwater edge ${refused.map((one) => `--replace ${one}`).join(' ')}'`,
    },
  );
}

function isRefused({ judgement }: ChannelState): boolean {
  return judgement.is === 'refused';
}
