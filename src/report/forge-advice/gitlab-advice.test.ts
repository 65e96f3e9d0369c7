import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../../test/make/run.ts';
import { gitlabAdvice } from './gitlab-advice.ts';

test('a shell takes the advised commands as the API wants them, one for each rule', async () => {
  const advice = gitlabAdvice({ kind: 'gitlab', address: 'https://gitlab.com', repository: 'acme/tiny' });
  const line = /and run (glab .*)$/.exec(advice.protectTags(['v', 'evidence/']))?.[1] ?? '';
  const script = `glab() { printf '%s\\n' "$@" END; }; ${line}`;
  const words = await run({ command: 'bash', args: ['-c', script], env: {} });
  const calls = `${words}\n`.split('END\n').map((call) => call.trim().split('\n'));
  const path = 'projects/acme%2Ftiny/protected_tags';
  assert.deepEqual(calls.slice(0, 2), [
    ['api', '--method', 'POST', path, '-f', 'name=v*', '-f', 'create_access_level=40'],
    ['api', '--method', 'POST', path, '-f', 'name=evidence/*', '-f', 'create_access_level=40'],
  ]);
});
