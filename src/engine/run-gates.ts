import { CutwaterError } from '../domain/error.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { quote } from '../domain/quote.ts';
import type { GateClass } from '../policy/gate-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { ReleaseWorld } from './world.ts';

export interface GateRound {
  readonly on: 'source' | 'candidate';
  readonly class: GateClass;
  readonly commit: ObjectId;
  /** `host/name@sha256:...`. */
  readonly image: string | undefined;
}

/** Runs every gate of the policy that belongs here, one after the other; the first that fails ends the release. */
export async function runGates(world: ReleaseWorld, policy: Policy, round: GateRound): Promise<void> {
  const gates = policy.gates.filter((gate) => gate.on === round.on && gate.classes.includes(round.class));
  for (const gate of gates) {
    world.report({ type: 'gate', name: gate.name, outcome: 'started' });
    const result = await world.gates.run(gate, { commit: round.commit, image: round.image }, (text) => {
      world.report({ type: 'output', from: gate.name, text });
    });
    if (result.is === 'failed') {
      world.report({ type: 'gate', name: gate.name, outcome: 'failed' });
      throw new CutwaterError('GATE_FAILED', `Cannot pass gate ${quote(gate.name)}: ${result.reason}`, {
        hint: `Read ${result.logFile}, mend the cause, and run the same command again`,
      });
    }
    world.report({ type: 'gate', name: gate.name, outcome: 'passed' });
  }
}
