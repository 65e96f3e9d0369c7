import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../src/domain/digest.ts';
import { objectId } from '../../src/domain/object-id.ts';
import type { PassedGate } from '../../src/domain/release-checks.ts';
import { changePolicy, runner } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { restate } from '../make/forged-statement.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { digestAt } from '../make/registry-writer.ts';
import { readStatement } from '../make/stated.ts';

// Each run leaves a mark outside of the tree; the first gate also leaves a server running.
const policy = `gates:
  - name: unit
    env: [MARKS]
    command: [node, unit.cjs]
    report: { path: unit.env, format: keyvalue, expect: { UNIT_STATUS: passed } }
  - name: boot
    on: candidate
    env: [MARKS]
    command: [node, -e, "require('fs').appendFileSync(process.env.MARKS, 'boot ' + process.argv[1] + '\\\\n')", "{image}"]
  - name: launch
    classes: [stable]
    env: [MARKS]
    command: [node, -e, "require('fs').appendFileSync(process.env.MARKS, 'launch\\\\n'); console.log(process.env.MARKS)"]
`;
const unit = `const { appendFileSync, writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
appendFileSync(process.env.MARKS, 'unit\\n');
writeFileSync('unit.env', 'UNIT_STATUS=passed\\nSOURCE_SHA=' + process.env.SOURCE_COMMIT + '\\n');
spawn('sleep', ['300'], { detached: true, stdio: 'ignore' }).unref();
`;

void test('gates run once for the bytes they are about, are recorded with their logs, and an outsider sees a false record', async (t) => {
  const project = await makeProject(t);
  await changePolicy(project, (text) => `${text}${policy}`, { 'unit.cjs': unit });
  const marks = join(await makeFolder(t), 'marks');
  await writeFile(marks, '');
  const ci = async () => {
    const at = await runner(t, project);
    return { ...at, env: { ...at.env, MARKS: marks } };
  };
  await project.tag('1.0.0-rc.1');
  const first = await runProgram(['release', '1.0.0-rc.1'], await ci());
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stderr, /! gate unit left running what it had started, and it was killed: sleep/);
  const image = await digestAt(project.data, '1.0.0-rc.1');
  const [unitMark, bootMark = '', ...none] = (await readFile(marks, 'utf8')).trimEnd().split('\n');
  assert.deepEqual([unitMark, none], ['unit', []]);
  assert.match(bootMark, new RegExp(`^boot 127\\.0\\.0\\.1:\\d+/tiny@${image}$`));

  const candidate = await readStatement(project.data, '1.0.0-rc.1');
  const built = await project.clone.git('rev-parse', 'HEAD');
  const logOf = (name: string) => readFile(join(project.data, 'logs', `gate-${name}-${built.slice(0, 12)}.log`));
  const report = digestOf(`UNIT_STATUS=passed\nSOURCE_SHA=${built}\n`);
  assert.deepEqual(candidate.gates.map(withoutTimes), [
    {
      name: 'unit',
      on: 'source',
      outcome: 'passed',
      commit: built,
      image: null,
      log: digestOf(await logOf('unit')),
      report,
    },
    {
      name: 'boot',
      on: 'candidate',
      outcome: 'passed',
      commit: built,
      image,
      log: digestOf(await logOf('boot')),
      report: null,
    },
  ]);

  // The commit that releases it changes documents only.
  await project.commit({ 'docs/notes.md': 'Upgrade.\n' });
  await project.tag('1.0.0');
  const second = await runProgram(['release', '1.0.0', '--verbose'], await ci());
  assert.equal(second.exitCode, 0, second.stderr);
  assert.match(second.stderr, /gate unit \(passed for the same bytes before\)/);
  assert.match(second.stderr, /launch \| \[MARKS\]/, 'the value of a variable is not shown');
  assert.equal(await readFile(marks, 'utf8'), `unit\n${bootMark}\nlaunch\n`);
  const stable = await readStatement(project.data, '1.0.0');
  assert.deepEqual(
    stable.gates.slice(0, 1),
    candidate.gates.slice(0, 1).map((gate) => ({ ...gate, from: 'v1.0.0-rc.1' })),
  );
  assert.deepEqual(
    stable.gates.map(({ name }) => name),
    ['unit', 'launch', 'boot'],
  );
  const verdict = await succeed(['verify', '1.0.0'], await ci());
  assert.match(
    verdict,
    new RegExp(`ok +gate unit +passed on commit ${built.slice(0, 12)} at .*, for v1\\.0\\.0-rc\\.1`),
  );

  await project.commit({ 'app.txt': 'other code\n' });
  const other = objectId(await project.clone.git('rev-parse', 'HEAD'));
  await restate(project, '1.0.0', (release) => ({
    ...release,
    gates: release.gates.map((gate) => (gate.outcome === 'passed' ? { ...gate, commit: other } : gate)),
  }));
  const forged = await runProgram(['verify', '1.0.0'], await ci());
  assert.equal(forged.exitCode, 3, forged.stdout);
  assert.match(forged.stdout, /FAILED +gate unit +.*which is another build: it differs in "app\.txt"/);
});

function withoutTimes(gate: object): Omit<PassedGate, 'startedAt' | 'finishedAt'> | object {
  return Object.fromEntries(Object.entries(gate).filter(([name]) => !name.endsWith('At')));
}
