import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Act } from './act.ts';

/** The acts to play, in their order; `isShown` is false for those that only lead to the one asked for. */
export function chooseActs(
  acts: readonly Act[],
  asked: string | undefined,
): readonly { readonly act: Act; readonly isShown: boolean }[] {
  if (asked === undefined) return acts.map((act) => ({ act, isShown: true }));
  return wayTo(acts, asked).map((act) => ({ act, isShown: act.name === asked }));
}

function wayTo(acts: readonly Act[], name: string): readonly Act[] {
  const act = acts.find((candidate) => candidate.name === name);
  if (act === undefined)
    throw new CutwaterError('USAGE', `Cannot play act ${quote(name)}: there is none of this name`, {
      hint: "Run 'cutwater rehearse --list' to see all acts",
    });
  return [...(act.after === undefined ? [] : wayTo(acts, act.after)), act];
}
