import type { CheckpointEntry } from '../domain/decision-message.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions } from '../domain/version.ts';
import type { Alias } from './alias.ts';
import { mayPointAt } from './alias.ts';
import type { Decision } from './decisions.ts';
import { withdrawalsInForce } from './decisions.ts';
import type { AliasJudgement, CommittedRelease } from './judge-alias.ts';
import { judgeAlias } from './judge-alias.ts';

/** Something that counts for aliases, with who did it and when by that person's own clock. */
export type DatedEvent = {
  /** Unix seconds, as claimed. */
  readonly claimedAt: number;
  /** The name of the signer; undefined where nobody can be named. */
  readonly by: string | undefined;
} & (
  | { readonly kind: 'published'; readonly release: CommittedRelease }
  | { readonly kind: 'decided'; readonly decision: Decision }
  | { readonly kind: 'checkpoint'; readonly number: number; readonly entries: readonly CheckpointEntry[] }
);

/** What an alias pointed at after an event, if every run was as quick and as right as it should be. */
export interface AliasMoment {
  readonly event: DatedEvent;
  readonly value: CommittedRelease | undefined;
  readonly moved: boolean;
  readonly judgement: AliasJudgement;
}

/**
 * Replays the rule of an alias over dated events, in the order of the times they claim. Kept are the moments in which it
 * moved, and every withdrawal and restore of a version it may point at. The last state is what the rule says of all events
 * together, whatever times they claim; what is between is as true as the clocks were.
 */
export function replayAlias(alias: Alias, events: readonly DatedEvent[]): readonly AliasMoment[] {
  const committed: CommittedRelease[] = [];
  const decisions: Decision[] = [];
  const checkpoints: Extract<DatedEvent, { kind: 'checkpoint' }>[] = [];
  const moments: AliasMoment[] = [];
  let value: CommittedRelease | undefined;
  for (const event of events.toSorted(byTime)) {
    if (event.kind === 'published') committed.push(event.release);
    else if (event.kind === 'decided') decisions.push(asSignedThen(event.decision));
    else checkpoints.push(event);
    const facts = { committed, withdrawals: withdrawalsInForce(decisions, checkpoints), imageTags: [] };
    const judgement = judgeAlias(alias, value?.digest, facts);
    const moved = judgement.is === 'move' || judgement.is === 'create';
    if (moved) value = judgement.to;
    if (moved || concerns(alias, event)) moments.push({ event, value, moved, judgement });
  }
  return moments;
}

/** What became of a key later says nothing of what its word did then. */
function asSignedThen(decision: Decision): Decision {
  return decision.kind === 'withdrawn' ? { ...decision, isRetired: false } : decision;
}

/** Whether people want to read of an event although it did not move the alias. */
function concerns(alias: Alias, event: DatedEvent): boolean {
  return event.kind === 'decided' && mayPointAt(alias, event.decision.version);
}

/** By the time claimed. Of one time: versions from the lowest up, then decisions by their numbers, then checkpoints. */
function byTime(left: DatedEvent, right: DatedEvent): number {
  return (
    left.claimedAt - right.claimedAt ||
    rank(left) - rank(right) ||
    numberOf(left) - numberOf(right) ||
    compareVersions(versionOf(left), versionOf(right)) ||
    order(left) - order(right)
  );
}

function rank({ kind }: DatedEvent): number {
  return { published: 0, decided: 1, checkpoint: 2 }[kind];
}

function numberOf(event: DatedEvent): number {
  switch (event.kind) {
    case 'published':
      return 0;
    case 'decided':
      return event.decision.number;
    case 'checkpoint':
      return event.number;
  }
}

function versionOf(event: DatedEvent): Version {
  switch (event.kind) {
    case 'published':
      return event.release.version;
    case 'decided':
      return event.decision.version;
    case 'checkpoint':
      return { major: 0, minor: 0, patch: 0, prerelease: [] };
  }
}

/** A withdrawal comes before the restore of its number. */
function order(event: DatedEvent): number {
  return event.kind === 'decided' && event.decision.kind === 'restored' ? 1 : 0;
}
