import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { makeTar } from '../../test/tar-fixture.ts';
import { CutwaterError } from './error.ts';
import { tarEntries } from './tar-entries.ts';

test('tarEntries() reads back what another writer wrote, however the bytes are cut into chunks', async () => {
  const part = fc.stringMatching(/^[a-zé_.-]{1,40}$/u).filter((text) => text !== '.' && text !== '..');
  const file = fc.record({
    name: fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/')),
    body: fc.uint8Array({ maxLength: 1500 }),
    mode: fc.integer({ min: 1, max: 0o7777 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 8 }), fc.integer({ min: 1, max: 3000 }), async (files, size) => {
      const writer = pack();
      for (const { name, body, mode } of files) writer.entry({ name, mode }, Buffer.from(body));
      writer.finalize();
      const archive: Uint8Array[] = [];
      for await (const chunk of writer) if (chunk instanceof Uint8Array) archive.push(chunk);
      const read = await readAll(Buffer.concat(archive), size);
      assert.deepEqual(
        read,
        files.map(({ name, body, mode }) => ({ name, mode, body: Buffer.from(body) })),
      );
    }),
    { numRuns: 60 },
  );
});

test('tarEntries() ends with entries or a CutwaterError, whatever bytes of an archive are changed', async () => {
  const archive = makeTar([
    { name: 'a/b', content: 'body' },
    { name: 'c', pax: { path: 'long', size: '3' }, content: 'abc' },
    { name: 'd', type: 'L', content: 'e' },
  ]);
  const edit = fc.tuple(fc.nat(archive.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 6 }), fc.nat(archive.length), async (edits, length) => {
      const copy = archive.slice();
      for (const [at, value] of edits) copy[at] = value;
      await readAll(copy.subarray(0, length), 600).catch((error: unknown) =>
        assert.ok(error instanceof CutwaterError, String(error)),
      );
    }),
    { numRuns: 400 },
  );
});

async function readAll(archive: Uint8Array, size: number) {
  const chunks = async function* () {
    for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
  };
  const found: { readonly name: string; readonly mode: number; readonly body: Buffer }[] = [];
  for await (const { path, mode, body } of tarEntries(chunks())) {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    found.push({ name: path, mode, body: Buffer.concat(parts) });
  }
  return found;
}
