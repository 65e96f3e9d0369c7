import { isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { Check } from '../../report/verification.ts';
import { failed } from '../../report/verification.ts';

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
