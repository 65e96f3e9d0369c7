import { isCutwaterError } from '../../domain/error.ts';
import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import { quote } from '../../domain/quote.ts';
import type { RecordedGate } from '../../domain/release-checks.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import type { EvidenceState } from '../../estate/evidence-state.ts';
import type { RequiredCheck } from '../../policy/checks-schema.ts';
import { checksGate, requiredChecks } from '../../policy/checks-schema.ts';
import type { Policy } from '../../policy/policy.ts';
import { requirementOf } from '../../policy/requirement.ts';
import { duration } from '../../report/process-document/project-names.ts';
import { askEvidence } from '../evidence/evidence-round.ts';
import type { OriginQuestion } from '../release/find-origin.ts';
import { pinTag } from '../release/pin-statement.ts';
import type { PlanProblem } from './plan-origin.ts';
import { problemsOf } from './plan-origin.ts';
import { readRecord, readRecordAt } from '../facts/read-record.ts';
import type { ReleaseKind } from '../facts/release-class.ts';
import { releaseKindsOf } from '../facts/release-class.ts';
import type { ReleaseDemand } from '../evidence/release-demand.ts';
import { demandOf } from '../evidence/release-demand.ts';
import { requireStates, requireUnfailed } from '../evidence/require-evidence.ts';
import { gatesFor, passedBefore } from '../evidence/run-gates.ts';
import type { ReadWorld } from '../world.ts';

/** Where one gate stands for one release. */
export interface GateState {
  readonly name: string;
  readonly on: 'source' | 'candidate';
  /**
   * `to-run`: it runs when the release is made, before anything is published. `awaited`: the release asks the forge then,
   * and waits for it.
   */
  readonly state: 'passed' | 'to-run' | 'awaited' | 'not-required';
  /** When it passed: `2026-01-31T12:00:00Z`. */
  readonly at: string | undefined;
  /** Why it is required or not, or for which candidate it passed. */
  readonly because: string | undefined;
}

export interface PlannedChecks {
  readonly gates: readonly GateState[];
  readonly evidence: readonly EvidenceState[];
}

/** Every gate and every kind of evidence of a release with its state, and what still stands against it. Writes nothing. */
export async function planChecks(
  world: ReadWorld,
  question: OriginQuestion,
  build: Pick<Policy, 'gates'>,
): Promise<{ readonly checks: PlannedChecks; readonly problems: readonly PlanProblem[] }> {
  const { loaded, version, commit } = question;
  const kinds = await releaseKindsOf(world.git, { version, commit, head: loaded.commit, message: question.message });
  if (kinds.length === 0) return { checks: { gates: [], evidence: [] }, problems: [] };
  const stated = await statedRelease(world, question);
  // What stands against the image is told by those who look at the image.
  const demand = await settled(demandOf(world, question, kinds));
  const gates = stated?.release.gates.map(recordedState);
  if (demand === undefined) return { checks: { gates: gates ?? [], evidence: [] }, problems: [] };
  const answer = await askEvidence(world, loaded, demand.evidence);
  const problems = await problemsOf(async () => {
    if (stated?.is === 'published') return;
    const asked = { demand: demand.evidence, now: world.now };
    if (stated === undefined) requireStates(answer, asked);
    else requireUnfailed(answer, asked);
  });
  return {
    checks: {
      gates: gates ?? [...awaitedStates(loaded.policy, kinds), ...(await gateStates(build, kinds, demand))],
      evidence: answer.states,
    },
    problems,
  };
}

interface StatedRelease {
  readonly is: 'published' | 'pinned';
  readonly release: ReleasePredicate;
}

/** The statement of the release that is stored, or pinned: then only what failed since is asked for. */
async function statedRelease(
  world: ReadWorld,
  { loaded, version, tagObject }: OriginQuestion,
): Promise<StatedRelease | undefined> {
  const stored = await readRecord(world, loaded, version);
  const record =
    stored.is === 'absent' && tagObject !== undefined
      ? await readRecordAt(world, loaded, { version, reference: pinTag(tagObject) })
      : stored;
  if (record.is !== 'valid' || record.release.tag.object !== tagObject) return undefined;
  return { is: stored.is === 'absent' ? 'pinned' : 'published', release: record.release };
}

async function settled(demand: Promise<ReleaseDemand>): Promise<ReleaseDemand | undefined> {
  try {
    return await demand;
  } catch (error) {
    if (isCutwaterError(error) && error.exit !== 5) return undefined;
    throw error;
  }
}

/** The checks of the forge, as the policy of the default branch has them. The forge is not asked. */
export function awaitedStates(
  { checks, forge }: Pick<Policy, 'checks' | 'forge'>,
  kinds: readonly ReleaseKind[],
): readonly GateState[] {
  const wanted = requiredChecks(checks, kinds);
  if (wanted.length === 0) return [];
  const { name } = forgeCapabilities[forge.kind];
  const because = `${name} must say so of ${wanted.map(checkText).join(', ')}; waits at most ${duration(checks.timeoutSeconds)}`;
  return [{ name: checksGate, on: 'source', state: 'awaited', at: undefined, because }];
}

function checkText({ name, whenChanged }: RequiredCheck): string {
  return whenChanged.length === 0 ? quote(name) : `${quote(name)} (where ${whenChanged.join(' or ')} changed last)`;
}

async function gateStates(
  build: Pick<Policy, 'gates'>,
  kinds: readonly ReleaseKind[],
  demand: ReleaseDemand,
): Promise<readonly GateState[]> {
  const states: GateState[] = [];
  for (const { name, on, whenChanged } of gatesFor(build, { classes: kinds })) {
    const requirement =
      whenChanged.length === 0
        ? ({ is: 'required' } as const)
        : requirementOf(whenChanged, await demand.evidence.change());
    const before = passedBefore(demand.gates, { name, on }, demand.evidence.digest);
    if (requirement.is === 'not-required')
      states.push(recordedState({ ...requirement, name, on, outcome: requirement.is }));
    else if (before === undefined)
      states.push({ name, on, state: 'to-run', at: undefined, because: requirement.because });
    else states.push(recordedState(before));
  }
  return states;
}

/** What a statement says about a gate, as its state. */
export function recordedState(gate: RecordedGate): GateState {
  const { name, on } = gate;
  if (gate.outcome === 'not-required')
    return { name, on, state: 'not-required', at: undefined, because: `no critical path changed since ${gate.since}` };
  const because = gate.from === undefined ? undefined : `for ${gate.from}, the same bytes`;
  return { name, on, state: 'passed', at: gate.finishedAt, because };
}
