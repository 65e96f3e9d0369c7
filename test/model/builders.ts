import type { Digest } from '../../src/domain/digest.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { ObjectId } from '../../src/domain/object-id.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { judgeEdge, positionsOf } from '../../src/estate/judge-edge.ts';
import type { BranchBuild, ChannelImage } from '../../src/estate/judge-edge.ts';
import type { Model } from './explore.ts';

/** An image: the builder that made it, and of which commit (its place on the branch, 0 the oldest). */
export interface Image {
  readonly by: number;
  readonly commit: number;
}

/**
 * One run of `edge` on a registry without conditions. Looks at the `sha-` tag, writes it, reads it back; then rounds of:
 * read the branch, list the tags, read what the newest one holds, look at edge and judge, look again, put. A naive run puts
 * what it built.
 */
export interface Builder {
  readonly does: 'edge' | 'naive-edge';
  readonly commit: number;
  readonly at: 'look' | 'name' | 'read-back' | 'list' | 'resolve' | 'judge' | 'observe' | 'put' | 'done' | 'crashed';
  readonly own: Image | undefined;
  /** What this round has read. */
  readonly head: number;
  readonly listed: number;
  readonly newest: Image | undefined;
  readonly from: Image | undefined;
}

export interface World {
  /** The branch is commits 0 to head; a force-push takes the head back and later commits are no longer in it. */
  readonly head: number;
  /** What the `sha-` tag of each commit holds. */
  readonly named: readonly (Image | undefined)[];
  readonly edge: Image | undefined;
  readonly crashes: number;
  /** Heads the branch will be pushed to by force. */
  readonly rewrites: readonly number[];
  readonly builders: readonly Builder[];
}

export interface Scenario {
  readonly commits: number;
  /** The commit of each builder. */
  readonly builders: readonly number[];
  readonly does?: Builder['does'];
  readonly crashes?: number;
  readonly rewrites?: readonly number[];
  /** The commit that edge is a build of when it begins. */
  readonly edge?: number;
}

export function builderModel(scenario: Scenario): Model<World> {
  const { commits, does = 'edge' } = scenario;
  const earlier: Image | undefined = scenario.edge === undefined ? undefined : { by: 9, commit: scenario.edge };
  const initial: World = {
    head: commits - 1,
    named: Array.from({ length: commits }, (_, commit) => (commit === earlier?.commit ? earlier : undefined)),
    edge: earlier,
    crashes: scenario.crashes ?? 0,
    rewrites: scenario.rewrites ?? [],
    builders: scenario.builders.map((commit) => idle(does, commit)),
  };
  return { initial, keyOf: JSON.stringify, next };
}

/** What one more undisturbed run makes of a state: of the newest commit that was named, or else of the oldest. */
export function settledBy(world: World): World {
  const commit = Math.max(0, rightCommit(world) ?? 0);
  let state: World = { ...world, crashes: 0, rewrites: [], builders: [idle('edge', commit)] };
  while (state.builders.some(({ at }) => at !== 'done')) state = step(state, 0);
  return state;
}

/** The newest commit of the branch that has a build. */
export function rightCommit({ named, head }: World): number | undefined {
  const found = named.findLastIndex((image, commit) => image !== undefined && commit <= head);
  return found < 0 ? undefined : found;
}

/** Whether edge holds the very image that the newest named commit of the branch has. */
export function isRight(world: World): boolean {
  const commit = rightCommit(world);
  if (commit === undefined) return world.edge === undefined || world.edge.commit > world.head;
  return isSame(world.edge, world.named[commit]);
}

function next(world: World): readonly World[] {
  const [rewrite, ...later] = world.rewrites;
  const rewritten = rewrite === undefined ? [] : [{ ...world, head: rewrite, rewrites: later }];
  return [
    ...rewritten,
    ...world.builders.flatMap((builder, index) => {
      if (builder.at === 'done' || builder.at === 'crashed') return [];
      const crash = { ...world, crashes: world.crashes - 1 };
      return [step(world, index), ...(world.crashes > 0 ? [set(crash, index, { ...builder, at: 'crashed' })] : [])];
    }),
  ];
}

function step(world: World, index: number): World {
  const builder = world.builders[index];
  if (builder === undefined) return world;
  const go = (change: Partial<Builder>, effect: Partial<World> = {}): World =>
    set({ ...world, ...effect }, index, { ...builder, ...change });
  const { commit, own } = builder;
  switch (builder.at) {
    case 'look': {
      const there = world.named[commit];
      return there === undefined
        ? go({ at: 'name', own: { by: index, commit } })
        : go({ at: afterNaming(builder), own: there });
    }
    case 'name':
      return go({ at: 'read-back' }, { named: world.named.with(commit, own) });
    case 'read-back':
      return go({ at: afterNaming(builder), own: world.named[commit] });
    case 'list':
      return go({ at: 'resolve', head: world.head, listed: listingOf(world) });
    case 'resolve': {
      const newest = range(builder.head).find((one) => one === commit || (builder.listed & (1 << one)) !== 0);
      return go({ at: 'judge', newest: newest === undefined ? undefined : (world.named[newest] ?? own) });
    }
    case 'judge': {
      const to = judged(builder, world.edge);
      return to === undefined ? go({ ...forget, at: 'done' }) : go({ at: 'observe', from: world.edge });
    }
    case 'observe':
      return isSame(world.edge, builder.from) ? go({ at: 'put' }) : go({ ...forget, at: 'list' });
    case 'put':
      return builder.does === 'naive-edge'
        ? go({ ...forget, at: 'done' }, { edge: own })
        : go({ ...forget, at: 'list' }, { edge: builder.newest });
    case 'done':
    case 'crashed':
      return world;
  }
}

function afterNaming({ does }: Builder): Builder['at'] {
  return does === 'naive-edge' ? 'put' : 'list';
}

/** The program's own judgement: the image edge moves to, or undefined where it stays. */
function judged(builder: Builder, edge: Image | undefined): BranchBuild | undefined {
  const history = positionsOf(range(builder.head).map(idOf));
  const builds = builder.newest === undefined ? [] : [buildOf(builder.newest)];
  const judgement = judgeEdge(edge && imageOf(edge), { history, builds });
  return judgement.is === 'move' || judgement.is === 'create' ? judgement.to : undefined;
}

const forget = { head: -1, listed: 0, newest: undefined, from: undefined } as const;

function idle(does: Builder['does'], commit: number): Builder {
  return { does, commit, at: 'look', own: undefined, ...forget };
}

function listingOf({ named }: World): number {
  return named.reduce((bits, image, commit) => (image === undefined ? bits : bits | (1 << commit)), 0);
}

/** Commits of the branch, newest first. */
function range(head: number): readonly number[] {
  return Array.from({ length: head + 1 }, (_, index) => head - index);
}

function idOf(commit: number): ObjectId {
  return objectId(String(commit).repeat(40));
}

function digestFor({ by, commit }: Image): Digest {
  return digestOf(`${by} ${commit}`);
}

function buildOf(image: Image): BranchBuild {
  return { commit: idOf(image.commit), digest: digestFor(image) };
}

function imageOf(image: Image): ChannelImage {
  return { digest: digestFor(image), commits: [idOf(image.commit)] };
}

function isSame(left: Image | undefined, right: Image | undefined): boolean {
  return left?.by === right?.by && left?.commit === right?.commit;
}

function set(world: World, index: number, builder: Builder): World {
  return { ...world, builders: world.builders.with(index, builder) };
}
