import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import type { Usage } from '../measure.ts';
import { measureInTurn, measureRun } from '../measure.ts';
import type { Result } from '../result.ts';
import type { Stage } from '../stage.ts';

/** How long the program takes to say its version, against a Node that does nothing. */
export async function measureStartUp(stage: Stage): Promise<readonly Result[]> {
  const medians = await measureInTurn(
    { version: () => node([stage.program, '--version']), nothing: () => node(['-e', '0']) },
    { rounds: stage.rounds * 3, warmUp: 2 },
  );
  const [version, nothing] = [medians('version'), medians('nothing')];
  const peer = (value: number) => ({ name: 'node -e 0', value });
  return [
    { is: 'measured', measure: '--version', unit: 'ms', ours: version.wall, peer: peer(nothing.wall), budget: 1.3 },
    {
      is: 'measured',
      measure: '--version, memory',
      unit: 'MB',
      ours: version.memory,
      peer: peer(nothing.memory),
      budget: undefined,
    },
  ];
}

/** A run of this very Node with nothing in its environment. */
export function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Usage> {
  return measureRun({ command: process.execPath, args, env: { ...emptyEnvironment(), ...env } });
}
