import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { appendGathered } from './gathered-write.ts';

async function* source(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks) {
    await Promise.resolve();
    yield chunk;
  }
}

test('appendGathered() writes every byte once and in order, however slow the disk', async () => {
  const turns = fc.array(fc.nat(3), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9 })), turns, async (chunks, waits) => {
      const written: Uint8Array[] = [];
      let at = 0;
      await appendGathered(source(chunks), {
        write: async (batch) => {
          for (let turn = waits[at] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
          at += 1;
          written.push(...batch);
        },
        onDiskFailure: () => assert.fail('nothing failed'),
      });
      assert.deepEqual(Buffer.concat(written), Buffer.concat(chunks));
    }),
  );
});

test('appendGathered() throws what the disk said, after the cleaning up, and takes no more of the source', async () => {
  let cleaned = 0;
  let taken = 0;
  async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      await new Promise(setImmediate);
      taken += 1;
      yield Buffer.alloc(1024 * 1024);
    }
  }
  const target = {
    write: () => Promise.reject(new Error('disk full')),
    onDiskFailure: () => {
      cleaned += 1;
      return Promise.resolve();
    },
  };
  await assert.rejects(appendGathered(endless(), target), /disk full/);
  assert.ok(cleaned > 0 && taken < 5, `${taken} chunks were taken`);
});
