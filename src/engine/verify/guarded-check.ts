import { isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { Check } from '../../report/verification.ts';
import { failed } from '../../report/verification.ts';

/** The same for a check that has several parts; what it throws speaks for all of them. */
export async function guardedParts(
  name: string,
  check: () => Promise<readonly [Check, ...Check[]]>,
): Promise<readonly Check[]> {
  let parts: readonly Check[] = [];
  const outcome = await guarded(name, async () => {
    const [first, ...more] = await check();
    parts = more;
    return first;
  });
  return [outcome, ...parts];
}

/** A server that does not answer makes a check unchecked, never passed and never failed. Being stopped stops everything. */
export async function guarded(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!isCutwaterError(error) || error.exit === exitCodes.resumable) throw error;
    // Only what was looked at can be wrong: no rights, no room and no answer say nothing about the release.
    if (error.exit === exitCodes.refused) return failed(name, error.message);
    const because = error.exit === exitCodes.authentication ? 'no-rights' : 'no-answer';
    return { name, is: 'unchecked', says: error.message, because, next: error.hint };
  }
}
