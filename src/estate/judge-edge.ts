import type { Digest } from '../domain/digest.ts';
import type { ObjectId } from '../domain/object-id.ts';

/** Where each commit stands on the default branch: 0 is its head, 1 the first parent of that, and so on. */
export type Positions = ReadonlyMap<ObjectId, number>;

/** A published build of a commit, by its signed provenance. */
export interface BranchBuild {
  readonly commit: ObjectId;
  readonly digest: Digest;
}

/** What a channel holds. */
export interface ChannelImage {
  readonly digest: Digest;
  /** What it was built from, by signed provenance that counts; empty for an image nobody vouches for. */
  readonly commits: readonly ObjectId[];
}

export interface EdgeFacts {
  readonly history: Positions;
  /** Published builds, in any order; of each commit at most one, which was published first. */
  readonly builds: readonly BranchBuild[];
}

/** What should happen to `edge`, or to the nightly of today. */
export type EdgeJudgement =
  /** It holds the newest build there is, or a newer one than anybody here knows. */
  | { readonly is: 'right'; readonly at: BranchBuild }
  | { readonly is: 'create'; readonly to: BranchBuild }
  | {
      readonly is: 'move';
      readonly from: ChannelImage;
      readonly to: BranchBuild;
      /**
       * `newer`: forward along the branch. `rewritten`: its commit is no longer in the history of the branch. `first-build`:
       * the same commit, but another image of it was published first. `replaced`: a person named what is there now.
       */
      readonly because: 'newer' | 'rewritten' | 'first-build' | 'replaced';
    }
  /** Nothing was ever built. */
  | { readonly is: 'absent' }
  /** Its commit is no longer in the history, and no build of one that is there is known. */
  | { readonly is: 'stranded'; readonly at: ChannelImage }
  | { readonly is: 'refused'; readonly from: ChannelImage; readonly to: BranchBuild | undefined }
  /** The nightly of an earlier day: nothing moves it any more. */
  | { readonly is: 'past' };

/** Numbers the first-parent history of a branch, given newest first. */
export function positionsOf(history: readonly ObjectId[]): Positions {
  return new Map(history.map((commit, position) => [commit, position]));
}

/** The build of the newest commit that is in the history; others do not count. */
export function newestBuild({ history, builds }: EdgeFacts): BranchBuild | undefined {
  return newest(history, builds, ({ commit }) => commit);
}

/**
 * What to do with a channel of the default branch that holds `current`. It moves only forward along the first-parent
 * history, whatever the order in which builds end; where it stands is read from signed provenance. The rule is the same for
 * `edge` and for the nightly of today.
 */
export function judgeEdge(current: ChannelImage | undefined, facts: EdgeFacts): EdgeJudgement {
  const to = newestBuild(facts);
  if (current === undefined) return to === undefined ? { is: 'absent' } : { is: 'create', to };
  if (current.commits.length === 0) return { is: 'refused', from: current, to };
  const commit = newest(facts.history, current.commits, (one) => one);
  if (commit === undefined)
    return to === undefined ? { is: 'stranded', at: current } : { is: 'move', from: current, to, because: 'rewritten' };
  const at = { commit, digest: current.digest };
  const ahead = to === undefined ? -1 : position(facts.history, commit) - position(facts.history, to.commit);
  if (to === undefined || ahead < 0 || to.digest === current.digest) return { is: 'right', at };
  return { is: 'move', from: current, to, because: ahead === 0 ? 'first-build' : 'newer' };
}

/** A refusal overruled by a person who names the very digest the channel holds. */
export function overruleEdge(judgement: EdgeJudgement, replace: Digest | undefined): EdgeJudgement {
  if (judgement.is !== 'refused' || judgement.to === undefined || judgement.from.digest !== replace) return judgement;
  return { is: 'move', from: judgement.from, to: judgement.to, because: 'replaced' };
}

/** Of the items whose commit is in the history the one nearest to the head. */
function newest<Item>(
  history: Positions,
  items: readonly Item[],
  commitOf: (item: Item) => ObjectId,
): Item | undefined {
  let best: { readonly item: Item; readonly at: number } | undefined;
  for (const item of items) {
    const at = history.get(commitOf(item));
    if (at !== undefined && (best === undefined || at < best.at)) best = { item, at };
  }
  return best?.item;
}

function position(history: Positions, commit: ObjectId): number {
  return history.get(commit) ?? Number.POSITIVE_INFINITY;
}
