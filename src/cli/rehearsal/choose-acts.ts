import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Act } from './acts.ts';

/** The acts to play, in their order; `isShown` is false for those that only set the stage for the one asked for. */
export function chooseActs(
  acts: readonly Act[],
  asked: string | undefined,
): readonly { readonly act: Act; readonly isShown: boolean }[] {
  if (asked === undefined) return acts.map((act) => ({ act, isShown: true }));
  const needed = withNeeds(acts, asked);
  return acts.filter(({ name }) => needed.has(name)).map((act) => ({ act, isShown: act.name === asked }));
}

function withNeeds(acts: readonly Act[], name: string): ReadonlySet<string> {
  const act = acts.find((candidate) => candidate.name === name);
  if (act === undefined)
    throw new CutwaterError('USAGE', `Cannot play act ${quote(name)}: there is none of this name`, {
      hint: "Run 'cutwater rehearse --list' to see all acts",
    });
  return new Set([name, ...act.needs.flatMap((need) => [...withNeeds(acts, need)])]);
}
