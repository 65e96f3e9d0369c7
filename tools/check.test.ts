import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChecks } from './check.ts';
import { repositoryRoot } from './run-check.ts';

test('runChecks() tells one line per check and its time, then all that failed wrote', async () => {
  const lines: string[] = [];
  const node = process.execPath;
  const failed = await runChecks(
    repositoryRoot,
    [
      { name: 'good', argv: [node, '-e', ''] },
      { name: 'bad', argv: [node, '-e', 'console.log("first fault"); process.exit(1)'] },
      { name: 'worse', argv: [node, '-e', 'console.error("second fault"); process.exit(2)'] },
    ],
    (line) => lines.push(line),
  );
  assert.deepEqual(new Set(failed), new Set(['bad', 'worse']));
  assert.equal(lines.filter((line) => /^(?:ok {4}|FAILED) \w+ +\d+\.\d s$/.test(line)).length, 3);
  assert.match(lines.join('\n'), /--- bad\nfirst fault/);
  assert.match(lines.join('\n'), /--- worse\nsecond fault/);
});
