import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { tarEntries } from '../../domain/tar-entries.ts';
import { encodeTarHead, padding, tarEnd } from './tar-block.ts';
import type { TarHead } from './tar-block.ts';

const name = fc.stringMatching(/^[a-zA-Zé世 _-]{1,60}$/u);
const path = fc.array(name, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/'));
const head: fc.Arbitrary<TarHead> = fc.oneof(
  fc.record({ path, kind: fc.constant('file'), mode: fc.nat(0o7777), size: fc.nat(2000), target: fc.constant('') }),
  fc.record({
    path,
    kind: fc.constant('directory'),
    mode: fc.nat(0o7777),
    size: fc.constant(0),
    target: fc.constant(''),
  }),
  fc.record({ path, kind: fc.constant('symlink'), mode: fc.nat(0o7777), size: fc.constant(0), target: path }),
);

test('what encodeTarHead() writes, another reader reads, whatever the names are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(head, { maxLength: 6 }), fc.nat(8 ** 11 - 1), async (heads, mtime) => {
      const reader = extract();
      const body = heads.flatMap((one) => [encodeTarHead(one, mtime), new Uint8Array(one.size), padding(one.size)]);
      reader.end(Buffer.concat([...body, tarEnd()]));
      const found: unknown[] = [];
      for await (const entry of reader) {
        const { name: read, type, mode, size, linkname, mtime: time, uid, gid } = entry.header;
        found.push([read, type, mode, size, linkname ?? '', time?.getTime(), uid, gid]);
        entry.resume();
      }
      const wanted = heads.map(({ path: own, kind, mode, size, target }) => [
        kind === 'directory' ? `${own}/` : own,
        kind,
        mode,
        size,
        target,
        mtime * 1000,
        0,
        0,
      ]);
      assert.deepEqual(found, wanted);
    }),
    { numRuns: 60 },
  );
});

test('encodeTarHead() can say sizes above 8 GiB, and our reader reads them', async () => {
  for (const size of [8 ** 11 - 1, 8 ** 11, 2 ** 45]) {
    const one = { path: 'large', kind: 'file', mode: 0o644, size, target: '' } as const;
    const entries = tarEntries(
      (async function* () {
        yield encodeTarHead(one, 0);
      })(),
    );
    const first = await entries.next();
    assert.equal(first.done === true ? undefined : first.value.size, size);
    await entries.return();
  }
});
