import type { CheckpointEntry } from '../domain/decision-message.ts';
import { formatVersion } from '../domain/version.ts';

export interface Checkpoint {
  readonly number: number;
  readonly entries: readonly CheckpointEntry[];
}

/** What one checkpoint says about one version. */
export interface VouchedEntry {
  readonly number: number;
  readonly entry: CheckpointEntry;
}

/** The word of the newest checkpoint about each version, by version text: the newest speaks. */
export function newestEntries(checkpoints: readonly Checkpoint[]): ReadonlyMap<string, VouchedEntry> {
  const newest = new Map<string, VouchedEntry>();
  for (const { number, entries } of byNumber(checkpoints))
    for (const entry of entries) newest.set(formatVersion(entry.version), { number, entry });
  return newest;
}

/** Two checkpoints that cannot both be right about a version. */
export interface CheckpointConflict {
  readonly earlier: VouchedEntry;
  readonly later: VouchedEntry;
}

export interface SettledCheckpoints {
  readonly checkpoints: readonly Checkpoint[];
  readonly conflicts: readonly CheckpointConflict[];
}

/**
 * Checkpoints with what they contradict each other in set right. A version that was published keeps its tag, image and
 * statement for ever, so of these the earliest word stands; of its state the newest, and one that was published cannot have
 * been cancelled, only withdrawn. That a version was published after it was cancelled is no conflict.
 */
export function settleCheckpoints(checkpoints: readonly Checkpoint[]): SettledCheckpoints {
  const published = new Map<string, VouchedEntry>();
  const conflicts: CheckpointConflict[] = [];
  const settle = (number: number, entry: CheckpointEntry): CheckpointEntry => {
    const version = formatVersion(entry.version);
    const earlier = published.get(version);
    if (earlier === undefined && entry.digest !== undefined) published.set(version, { number, entry });
    if (earlier === undefined || !differs(earlier.entry, entry)) return entry;
    conflicts.push({ earlier, later: { number, entry } });
    const { release, digest, statement } = earlier.entry;
    return { ...entry, release, digest, statement, state: entry.state === 'cancelled' ? 'withdrawn' : entry.state };
  };
  const settled = byNumber(checkpoints).map(({ number, entries }) => ({
    number,
    entries: entries.map((entry) => settle(number, entry)),
  }));
  return { checkpoints: settled, conflicts };
}

/** One conflict in a sentence without a final period. */
export function describeConflict({ earlier, later }: CheckpointConflict): string {
  const said = [earlier, later].map(({ number, entry }) => `checkpoint ${number} says ${saying(entry)}`);
  return `${said.join(', ')}; the older one counts`;
}

function differs(earlier: CheckpointEntry, later: CheckpointEntry): boolean {
  const restated = earlier.statement !== undefined && later.statement !== undefined;
  return (
    earlier.digest !== later.digest ||
    earlier.release !== later.release ||
    (restated && earlier.statement !== later.statement)
  );
}

function saying({ digest, release, state }: CheckpointEntry): string {
  return digest === undefined ? state : `${digest} of tag object ${release.slice(0, 12)}`;
}

function byNumber(checkpoints: readonly Checkpoint[]): readonly Checkpoint[] {
  return checkpoints.toSorted((left, right) => left.number - right.number);
}
