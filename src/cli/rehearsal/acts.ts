import type { Act, ActOutcome } from './act.ts';
import { candidateActs } from './acts-candidate.ts';
import { upkeepActs } from './acts-upkeep.ts';
import { expectAliases, must } from './expect.ts';
import type { Stage } from './stage.ts';

/** The whole process, in order. */
export const acts: readonly Act[] = [...candidateActs, ...upkeepActs];

/** Plays an act and proves its outcome. */
export async function playAct(stage: Stage, act: Act): Promise<ActOutcome> {
  const facts = await act.play(stage);
  const aliases = await expectAliases(stage, act.aliases);
  if (act.verifies === undefined) return { facts, aliases, verdict: undefined };
  const verified = await must(stage.ask, ['verify', act.verifies]);
  return { facts, aliases, verdict: verified.stdout.trim().split('\n').at(-1) };
}
