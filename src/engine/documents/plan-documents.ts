import { releaseTagOf } from '../../domain/tag-name.ts';
import type { DocumentedRelease } from './document-gate.ts';
import { documentProblems } from './document-gate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { PlanProblem } from '../overview/plan-origin.ts';
import { problemsOf } from '../overview/plan-origin.ts';
import type { ReadWorld } from '../world.ts';

/** Each thing in the commit's documents for which the release would be refused, as a problem of the plan. */
export async function planDocuments(
  world: ReadWorld,
  loaded: LoadedPolicy,
  release: DocumentedRelease,
): Promise<readonly PlanProblem[]> {
  const act = `Cannot release ${releaseTagOf(release.version)}`;
  const found: PlanProblem[] = [];
  const unread = await problemsOf(async () => {
    for (const { message, hint } of await documentProblems(world, loaded, release))
      found.push({ code: 'GATE_FAILED', message: `${act}: ${message}`, details: [], hint });
  });
  return [...found, ...unread];
}
