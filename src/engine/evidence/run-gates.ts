import type { Digest } from '../../domain/digest.ts';
import { isDigest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { PassedGate, RecordedGate } from '../../domain/release-checks.ts';
import type { GateClass, GatePolicy } from '../../policy/gate-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import type { CriticalChange } from '../../policy/requirement.ts';
import { requirementOf } from '../../policy/requirement.ts';
import type { GateSubject } from '../../ports/gate-runner.ts';
import { judgeGate } from './judge-gate.ts';
import type { ReleaseWorld } from '../world.ts';

export interface GateRound {
  readonly on: 'source' | 'candidate';
  readonly classes: readonly GateClass[];
  readonly commit: ObjectId;
  /** `host/name@sha256:...`; undefined on the source. */
  readonly image: string | undefined;
  /** The further images of the release. What passes for the first one passes for those that are pinned with it. */
  readonly companions?: GateSubject['companions'];
  /** What changed since the version before. Left out, nobody can tell, and every gate is required. */
  readonly change?: () => Promise<CriticalChange>;
  /** Gates that passed before: those that passed for the same bytes are not run again. */
  readonly earlier?: readonly PassedGate[];
}

type GateWorld = Pick<ReleaseWorld, 'gates' | 'report'>;

/**
 * Runs every gate of the policy that belongs here, one after the other, and gives the results for the record. The first
 * that does not pass ends the release: GATE_FAILED.
 */
export async function runGates(
  world: GateWorld,
  policy: Pick<Policy, 'gates'>,
  round: GateRound,
): Promise<readonly RecordedGate[]> {
  const results: RecordedGate[] = [];
  for (const gate of gatesFor(policy, round)) results.push(await passGate(world, gate, round));
  return results;
}

/** The gates that belong to any of these classes of releases, on the source or on the candidate. */
export function gatesFor(
  policy: Pick<Policy, 'gates'>,
  round: Pick<GateRound, 'classes'> & Partial<Pick<GateRound, 'on'>>,
): readonly GatePolicy[] {
  return policy.gates.filter(
    ({ on, classes }) =>
      (round.on === undefined || round.on === on) && classes.some((one) => round.classes.includes(one)),
  );
}

async function passGate(world: GateWorld, gate: GatePolicy, round: GateRound): Promise<RecordedGate> {
  const { name, on } = gate;
  const requirement = requirementOf(gate.whenChanged, await changeFor(gate, round));
  if (requirement.is === 'not-required') {
    world.report({ type: 'gate', name, outcome: 'not-required' });
    return { name, on, outcome: 'not-required', since: requirement.since };
  }
  const before = passedBefore(round.earlier ?? [], gate, digestIn(round.image));
  if (before !== undefined) {
    world.report({ type: 'gate', name, outcome: 'passed-before' });
    return before;
  }
  return runGate(world, gate, round);
}

/** The pass of a gate for these very bytes, of the image or, where there is none, of the source. */
export function passedBefore(
  earlier: readonly PassedGate[],
  { name, on }: Pick<GatePolicy, 'name' | 'on'>,
  image: Digest | undefined,
): PassedGate | undefined {
  const wanted = on === 'source' ? null : image;
  return earlier.find((gate) => gate.name === name && gate.on === on && gate.image === wanted);
}

function digestIn(image: string | undefined): Digest | undefined {
  const digest = image?.slice(image.indexOf('@') + 1);
  return isDigest(digest) ? digest : undefined;
}

const unknownChange: CriticalChange = { is: 'unknown', reason: 'nobody looked' };

async function changeFor({ whenChanged }: GatePolicy, { change }: GateRound): Promise<CriticalChange> {
  return whenChanged.length === 0 || change === undefined ? unknownChange : change();
}

async function runGate(world: GateWorld, gate: GatePolicy, round: GateRound): Promise<PassedGate> {
  const { name, on } = gate;
  const { commit, image, companions = [] } = round;
  world.report({ type: 'gate', name, outcome: 'started' });
  const run = await world.gates.run(gate, { commit, image, companions }, (text) => {
    world.report({ type: 'output', from: name, text });
  });
  if (run.leftovers.length > 0)
    world.report({
      type: 'note',
      level: 'warning',
      text: `gate ${name} left running what it had started, and it was killed: ${run.leftovers.join(', ')}`,
    });
  const index = digestIn(image);
  const verdict = judgeGate(gate, run, { commit, image: index });
  if (verdict.is === 'failed') {
    world.report({ type: 'gate', name, outcome: 'failed' });
    throw new CutwaterError('GATE_FAILED', `Cannot pass gate ${quote(name)}: ${verdict.reason}`, {
      details: [...verdict.details, ...run.tail.map((line) => `| ${line}`)],
      hint: `Read ${run.log.file}, mend the cause, and run the same command again`,
    });
  }
  world.report({ type: 'gate', name, outcome: 'passed' });
  return {
    name,
    on,
    outcome: 'passed',
    commit,
    image: index ?? null,
    startedAt: timeText(run.startedAt),
    finishedAt: timeText(run.finishedAt),
    log: run.log.digest,
    report: run.report?.is === 'read' ? run.report.digest : null,
  };
}

/** Unix seconds as `2026-01-31T12:00:00Z`. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
