import type { Digest } from '../domain/digest.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import type { SettledCheckpoints } from '../estate/checkpoints.ts';
import { describeConflict, newestEntries } from '../estate/checkpoints.ts';
import type { Check } from './verification.ts';
import { failed } from './verification.ts';

/** What checkpoints say about a version that does not fit together, or not with what its statement says was released. */
export function checkpointChecks(
  { checkpoints, conflicts }: SettledCheckpoints,
  version: Version,
  released: Digest | undefined,
): readonly Check[] {
  const name = formatVersion(version);
  const own = conflicts.filter(({ later }) => formatVersion(later.entry.version) === name);
  const vouched = newestEntries(checkpoints).get(name);
  const digest = vouched?.entry.digest;
  const differs = released !== undefined && digest !== undefined && digest !== released;
  return [
    ...own.map((conflict): Check => ({ name: 'checkpoints', is: 'warning', says: describeConflict(conflict) })),
    ...(differs
      ? [failed('checkpoint', `checkpoint ${vouched?.number ?? ''} says ${digest}, the statement says ${released}`)]
      : []),
  ];
}
