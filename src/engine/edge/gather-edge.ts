import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { BranchBuild, ChannelImage, EdgeFacts, EdgeJudgement, Positions } from '../../estate/judge-edge.ts';
import { judgeEdge, positionsOf } from '../../estate/judge-edge.ts';
import { edgeTag, nightlyTag, readRegistryTag, shaTag } from '../../estate/registry-tags.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ImageOrigins } from '../release/image-origins.ts';
import { imageOrigins } from '../release/image-origins.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReadWorld } from '../world.ts';

/** Where `edge` and the nightly of today are, and where they should be. */
export interface EdgeEstate {
  /** The default branch and its head when this was read. */
  readonly branch: string;
  readonly head: ObjectId;
  readonly history: Positions;
  readonly channels: readonly ChannelState[];
  readonly imageTags: readonly ImageTag[];
}

export interface ChannelState {
  /** The companion it belongs to, `host/name`; left out for the first image. */
  readonly image?: string;
  readonly name: ImageTag;
  readonly current: ChannelImage | undefined;
  /** The newest commit it is a build of, and how many commits the branch is ahead of that; undefined where nobody knows. */
  readonly at: ChannelPlace | undefined;
  readonly judgement: EdgeJudgement;
}

/** The channels of every image, those of the first image first. */
export function everyChannel(
  first: Pick<EdgeEstate, 'channels'>,
  companions: readonly { readonly name: string; readonly estate: Pick<EdgeEstate, 'channels'> }[],
): readonly ChannelState[] {
  const others = companions.flatMap(({ name, estate }) => estate.channels.map((state) => ({ ...state, image: name })));
  return [...first.channels, ...others];
}

export interface ChannelPlace {
  readonly commit: ObjectId;
  /** Undefined for a commit that is not in the history. */
  readonly behind: number | undefined;
  /** Unix seconds, as the commit claims; undefined where this clone does not have it. */
  readonly committedAt: number | undefined;
}

/** Throws HISTORY_SHALLOW: whether one commit is before another cannot be seen in a clone that ends somewhere. */
export async function requireWholeHistory({ git }: Pick<ReadWorld, 'git'>, act: string): Promise<void> {
  if (!(await git.isShallow())) return;
  throw new CutwaterError(
    'HISTORY_SHALLOW',
    `Cannot ${act}: the clone is shallow and does not show which commit came first`,
    { hint: "Run 'git fetch --unshallow', or check out with the whole history (fetch-depth: 0)" },
  );
}

/** The channels of the default branch that the policy publishes, on the day (UTC) of a moment in Unix seconds. */
export function channelNames({ channels }: Policy, now: number): readonly ImageTag[] {
  return [...(channels.edge ? [edgeTag] : []), ...(channels.nightly ? [nightlyTag(now)] : [])];
}

/**
 * Reads the branch and the registry, and judges `edge` and the nightly of the day on which the run began. A build counts
 * where its `sha-` tag leads to an image that CI signed as built from that commit; `own` is one that this run has at hand.
 */
export async function gatherEdge(
  world: ReadWorld,
  { policy, commit }: LoadedPolicy,
  from: { readonly origins: ImageOrigins; readonly own?: BranchBuild },
): Promise<EdgeEstate> {
  const { branch } = policy.git;
  const head = (await world.git.branchHead(branch)) ?? commit;
  await requireWholeHistory(world, `judge ${edgeTag}`);
  const commits = await world.git.firstParents(head);
  const history = positionsOf(commits);
  const imageTags = await world.repository.listTags();
  const newest = await findNewest(from.origins, { commits, imageTags, own: from.own });
  const facts: EdgeFacts = { history, builds: newest === undefined ? [] : [newest] };
  const channels: ChannelState[] = [];
  for (const name of channelNames(policy, world.now)) {
    const current = await from.origins.at(name);
    const at = current && (await placeOf(world, history, current));
    channels.push({ name, current, at, judgement: judgeEdge(current, facts) });
  }
  return { branch, head, history, channels, imageTags };
}

/** What a page about the project shows: as `gatherEdge`, with the last nightly there is instead of one that is not there. */
export async function lookAtChannels(world: ReadWorld, loaded: LoadedPolicy): Promise<EdgeEstate> {
  const origins = imageOrigins(world, loaded.trust);
  const estate = await gatherEdge(world, loaded, { origins });
  const last = estate.imageTags
    .filter((tag) => readRegistryTag(tag).kind === 'nightly')
    .toSorted()
    .at(-1);
  const today = nightlyTag(world.now);
  if (last === undefined || last >= today || !loaded.policy.channels.nightly) return estate;
  const current = await origins.at(last);
  const at = current && (await placeOf(world, estate.history, current));
  const kept = estate.channels.filter(({ name, current: held }) => name !== today || held !== undefined);
  return { ...estate, channels: [...kept, { name: last, current, at, judgement: { is: 'past' } }] };
}

/** What one channel holds now, and of which commit that is, as far as this clone shows. */
export async function lookAtChannel(
  world: ReadWorld,
  { policy, commit, trust }: LoadedPolicy,
  name: ImageTag,
): Promise<Pick<ChannelState, 'name' | 'current' | 'at'>> {
  const head = (await world.git.branchHead(policy.git.branch)) ?? commit;
  const history = positionsOf(await world.git.firstParents(head));
  const current = await imageOrigins(world, trust).at(name);
  return { name, current, at: current && (await placeOf(world, history, current)) };
}

async function placeOf(
  { git }: ReadWorld,
  history: Positions,
  { commits }: ChannelImage,
): Promise<ChannelPlace | undefined> {
  const known = commits.toSorted((left, right) => (history.get(left) ?? Infinity) - (history.get(right) ?? Infinity));
  const [commit] = known;
  if (commit === undefined) return undefined;
  const isHere = (await git.commitOf(commit)) !== undefined;
  return { commit, behind: history.get(commit), committedAt: isHere ? await git.commitTime(commit) : undefined };
}

/** So many `sha-` tags that nobody vouches for are looked at: other tools may have written thousands. */
const strangersRead = 50;

/** The newest commit with a published build; those below it cannot matter. */
async function findNewest(
  origins: ImageOrigins,
  among: {
    readonly commits: readonly ObjectId[];
    readonly imageTags: readonly ImageTag[];
    readonly own: BranchBuild | undefined;
  },
): Promise<BranchBuild | undefined> {
  const held = new Set<string>(among.imageTags);
  let strangers = 0;
  for (const commit of among.commits) {
    const own = among.own?.commit === commit ? among.own : undefined;
    for (const tag of [shaTag(commit, 'full'), shaTag(commit, 'short')]) {
      // The listing may be older than the tag this run wrote.
      if (own === undefined && (!held.has(tag) || strangers >= strangersRead)) continue;
      const found = await origins.at(tag);
      if (found?.commits.includes(commit) === true) return { commit, digest: found.digest };
      strangers += 1;
    }
    if (own !== undefined) return own;
  }
  return undefined;
}
