import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { CutwaterError } from '../../domain/error.ts';
import { eachByItself } from './ask-setting.ts';

function failing(code: ErrorCode): () => Promise<never> {
  return () => Promise.reject(new CutwaterError(code, `Cannot ask: ${code}`, { hint: 'Do it' }));
}

test('of a forge that is gone nothing more is asked, of one that answers badly the rest is', async () => {
  for (const code of ['UNREACHABLE', 'RATE_LIMITED', 'BAD_REPLY', 'SERVER_ERROR', 'FORGE_REFUSED'] as const) {
    const ask = eachByItself();
    const failed = { is: 'failed', because: `Cannot ask: ${code}; Do it` };
    assert.deepEqual(await ask(failing(code)), failed);
    const isGone = code === 'UNREACHABLE' || code === 'RATE_LIMITED';
    assert.deepEqual(await ask(() => Promise.resolve('answer')), isGone ? failed : 'answer');
  }
});

test('a refused token, a stopped run and a mistake in the program are no answers', async () => {
  for (const code of ['UNAUTHENTICATED', 'INTERRUPTED'] as const)
    await assert.rejects(eachByItself()(failing(code)), { code });
  await assert.rejects(
    eachByItself()(() => Promise.reject(new TypeError('of ours'))),
    TypeError,
  );
});
