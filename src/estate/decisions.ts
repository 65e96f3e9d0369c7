import type { CheckpointEntry } from '../domain/decision-message.ts';
import type { Digest } from '../domain/digest.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';

/** What a valid `withdrawn/vX.Y.Z/N` tag says. */
export interface WithdrawalDecision {
  readonly kind: 'withdrawn';
  readonly version: Version;
  /** From 1 up; 0 where a checkpoint says it, which has no tag for each version. */
  readonly number: number;
  /** The release tag object it speaks of. */
  readonly release: ObjectId;
  /** The image it speaks of; undefined when the version was never published: it is cancelled then. */
  readonly digest: Digest | undefined;
  /** `move`: aliases go to the highest version left. `hold`: they stay until a higher version is released. */
  readonly aliases: 'move' | 'hold';
  readonly reason: string;
  readonly useInstead: Version | undefined;
  /** The key that signed it counts no more: the version stays withdrawn, but no alias goes back on this word alone. */
  readonly isRetired?: boolean;
  /** When the tag says it was made, Unix seconds; undefined where a checkpoint says it. */
  readonly claimedAt?: number;
}

/** What a valid `restored/vX.Y.Z/N` tag says: withdrawal N of this version no longer counts. */
export interface RestoreDecision {
  readonly kind: 'restored';
  readonly version: Version;
  readonly number: number;
  readonly release: ObjectId;
  readonly digest: Digest | undefined;
  readonly reason: string;
  readonly claimedAt?: number;
}

export type Decision = WithdrawalDecision | RestoreDecision;

/**
 * The withdrawals in force, by version text: a version is withdrawn if and only if some withdrawal of it lacks the restore
 * of the same number that speaks of the same release tag and image. Of several, the one with the highest number speaks, those
 * whose key counts before the others.
 * The order of the decisions does not matter.
 */
export function openWithdrawals(decisions: readonly Decision[]): ReadonlyMap<string, WithdrawalDecision> {
  const restored = new Set(decisions.filter((decision) => decision.kind === 'restored').map(subjectOf));
  const open = new Map<string, WithdrawalDecision>();
  for (const decision of decisions) {
    if (decision.kind !== 'withdrawn' || restored.has(subjectOf(decision))) continue;
    const version = formatVersion(decision.version);
    const known = open.get(version);
    if (known === undefined || speaksBefore(decision, known)) open.set(version, decision);
  }
  return open;
}

/**
 * The same with what checkpoints vouch for. The newest checkpoint that names a version settles every decision up to the
 * number it knows; only higher ones overrule it, and a restore of that very number undoes what it calls withdrawn. So a
 * withdrawal outlives the keys that signed it.
 */
export function withdrawalsInForce(
  decisions: readonly Decision[],
  checkpoints: readonly Checkpoint[],
): ReadonlyMap<string, WithdrawalDecision> {
  return openWithdrawals(unsettled(decisions, checkpoints));
}

/** Restores that undo nothing: no withdrawal of their number speaks of the same release tag and image. */
export function idleRestores(
  decisions: readonly Decision[],
  checkpoints: readonly Checkpoint[],
): readonly RestoreDecision[] {
  const standing = unsettled(decisions, checkpoints);
  const withdrawn = new Set(standing.filter(({ kind }) => kind === 'withdrawn').map(subjectOf));
  return standing.filter((decision) => decision.kind === 'restored').filter((one) => !withdrawn.has(subjectOf(one)));
}

/** The restore of a version with the highest number. */
export function newestRestore(decisions: readonly Decision[], version: Version): RestoreDecision | undefined {
  const name = formatVersion(version);
  return decisions
    .flatMap((one) => (one.kind === 'restored' && formatVersion(one.version) === name ? [one] : []))
    .toSorted((left, right) => right.number - left.number)[0];
}

interface Checkpoint {
  readonly number: number;
  readonly entries: readonly CheckpointEntry[];
}

/** The decisions that no checkpoint has settled, and those that checkpoints stand for. */
function unsettled(decisions: readonly Decision[], checkpoints: readonly Checkpoint[]): readonly Decision[] {
  const newest = new Map<string, CheckpointEntry>();
  for (const { entries } of checkpoints.toSorted((left, right) => left.number - right.number))
    for (const entry of entries) newest.set(formatVersion(entry.version), entry);
  const settled = [...newest.values()].filter(({ state }) => state !== 'published').map(withdrawalOf);
  const open = decisions.filter((decision) => {
    const known = newest.get(formatVersion(decision.version));
    if (known === undefined || decision.number > known.decisions) return true;
    return known.state !== 'published' && decision.kind === 'restored' && decision.number === known.decisions;
  });
  return [...settled, ...open];
}

function withdrawalOf(entry: CheckpointEntry): WithdrawalDecision {
  const { version, release, digest, state } = entry;
  // Decision tags count from one, and a restore must be able to name it.
  const number = Math.max(1, entry.decisions);
  const reason = `${state} before the checkpoint that lists it`;
  return { kind: 'withdrawn', version, number, release, digest, aliases: 'move', reason, useInstead: undefined };
}

/**
 * The number the next decision gets: the lowest that nobody used, valid or not. A number that strangers put at the far end
 * must not leave the maintainers without one.
 */
export function nextDecisionNumber(used: Iterable<number>, above = 0): number {
  const taken = new Set(used);
  let number = above + 1;
  while (taken.has(number)) number += 1;
  return number;
}

/** The key that counts speaks, then the higher number; should one number ever carry two decisions, the careful one does. */
function speaksBefore(left: WithdrawalDecision, right: WithdrawalDecision): boolean {
  if ((left.isRetired ?? false) !== (right.isRetired ?? false)) return right.isRetired ?? false;
  if (left.number !== right.number) return left.number > right.number;
  return left.aliases === 'hold' && right.aliases === 'move';
}

function subjectOf(decision: Decision): string {
  const { version, number, release, digest } = decision;
  return [formatVersion(version), number, release, digest ?? 'none'].join(' ');
}
