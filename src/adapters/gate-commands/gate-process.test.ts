import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyEnvironment } from '../process/run-tool.ts';
import { runGateProcess } from './gate-process.ts';

test('a gate that does not end when it is told to is made to', async () => {
  const output: string[] = [];
  const { ended, leftovers } = await runGateProcess({
    command: 'node',
    args: ['-e', `process.on('SIGTERM', () => console.log('no')); setInterval(() => 0, 1000)`],
    cwd: import.meta.dirname,
    env: emptyEnvironment(),
    timeoutSeconds: 1,
    signal: new AbortController().signal,
    onOutput: (chunk) => output.push(Buffer.from(chunk).toString()),
    grace: 300,
  });
  assert.deepEqual(ended, { is: 'time-limit' });
  assert.deepEqual(leftovers, []);
  assert.equal(output.join(''), 'no\n');
});
