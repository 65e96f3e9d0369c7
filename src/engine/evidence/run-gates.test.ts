import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import type { PassedGate } from '../../domain/release-checks.ts';
import type { GatePolicy } from '../../policy/gate-policy.ts';
import type { GateRun } from '../../ports/gate-runner.ts';
import { gatesFor, runGates } from './run-gates.ts';

const commit = objectId('c'.repeat(40));
const validated = digestOf('validated');
const run: GateRun = {
  startedAt: 1,
  finishedAt: 2,
  ended: { is: 'exit', code: 0 },
  leftovers: [],
  log: { file: 'gate.log', digest: digestOf('log') },
  tail: [],
  report: undefined,
};

function gate(on: GatePolicy['on']): GatePolicy {
  const rest = { command: ['true'], timeoutSeconds: 1, env: [], report: undefined, whenChanged: [] };
  return { name: 'boot', on, classes: ['stable'], ...rest };
}

function passed(on: GatePolicy['on'], image: Digest | null): PassedGate {
  const times = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' };
  const from = 'v1.0.0-rc.1';
  return { name: 'boot', on, outcome: 'passed', commit, image, log: digestOf('earlier'), report: null, from, ...times };
}

/** How many gates were run, and what stands in the record. */
async function round(on: GatePolicy['on'], image: Digest | undefined, earlier: PassedGate) {
  let runs = 0;
  const gates = {
    run: async () => {
      runs += 1;
      return run;
    },
  };
  const [record] = await runGates(
    { gates, report: () => undefined },
    { gates: [gate(on)] },
    { on, classes: ['stable'], commit, image: image && `localhost/tiny@${image}`, earlier: [earlier] },
  );
  assert.ok(record?.outcome === 'passed');
  return { runs, from: record.from, image: record.image };
}

test('a hotfix that was merged back passes the gates of hotfixes and those of stable releases', () => {
  const named = (name: string, classes: GatePolicy['classes']) => ({ ...gate('source'), name, classes });
  const gates = [named('drill', ['hotfix']), named('load', ['stable', 'hotfix']), named('edge', ['edge', 'rc'])];
  const names = gatesFor({ gates }, { classes: ['stable', 'hotfix'] }).map(({ name }) => name);
  assert.deepEqual(names, ['drill', 'load']);
});

suite('a gate that passed before', () => {
  test('is taken over for the same image, and for the source', async () => {
    const onImage = await round('candidate', validated, passed('candidate', validated));
    assert.deepEqual(onImage, { runs: 0, from: 'v1.0.0-rc.1', image: validated });
    const onSource = await round('source', undefined, passed('source', null));
    assert.deepEqual(onSource, { runs: 0, from: 'v1.0.0-rc.1', image: null });
  });

  test('is run again for any other image, such as one that took the place of the validated one meanwhile', async () => {
    const other = digestOf('other');
    const again = { runs: 1, from: undefined, image: other };
    assert.deepEqual(await round('candidate', other, passed('candidate', validated)), again);
    assert.deepEqual(await round('candidate', other, passed('candidate', null)), again);
    assert.equal((await round('source', undefined, passed('source', validated))).runs, 1);
  });
});
