import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTar } from '../../test/tar-fixture.ts';
import type { TestEntry } from '../../test/tar-fixture.ts';
import { isCutwaterError } from './error.ts';
import { tarEntries } from './tar-entries.ts';

test('tarEntries() gives names, kinds, modes, targets and bodies', async () => {
  const archive = makeTar([
    { name: 'a/', type: '5', mode: 0o755 },
    { name: 'a/file', content: 'x'.repeat(513), mode: 0o4755 },
    { name: 'a/link', type: '2', target: '../b' },
    { name: 'a/hard', type: '1', target: 'a/file' },
    { name: 'a/device', type: '3' },
    { name: 'old/', type: '\0' },
    { name: `${'p'.repeat(60)}/${'n'.repeat(100)}`, content: 'prefix' },
  ]);
  assert.deepEqual(await readAll(archive), [
    ['directory', 'a/', 0o755, '', ''],
    ['file', 'a/file', 0o4755, '', 'x'.repeat(513)],
    ['symlink', 'a/link', 0o644, '../b', ''],
    ['hardlink', 'a/hard', 0o644, 'a/file', ''],
    ['other', 'a/device', 0o644, '', ''],
    ['directory', 'old/', 0o644, '', ''],
    ['file', `${'p'.repeat(60)}/${'n'.repeat(100)}`, 0o644, '', 'prefix'],
  ]);
});

test('extended headers speak of the next entry only, the last record of a key counts, an empty one says nothing', async () => {
  assert.deepEqual(await names([{ name: 'x', pax: { path: 'é/long' } }, { name: 'y' }]), ['é/long', 'y']);
  assert.deepEqual(await names([{ name: 'x', pax: { path: '' } }]), ['x']);
  assert.deepEqual(await names([{ name: '', type: 'g', pax: { path: 'global' } }, { name: 'y' }]), ['y']);
  assert.deepEqual(
    await names([{ name: '././@LongLink', type: 'L', content: 'gnu/long\0' }, { name: 'x' }, { name: 'y' }]),
    ['gnu/long', 'y'],
  );
  const link = await readAll(
    makeTar([
      { name: '././@LongLink', type: 'K', content: 'to/long\0' },
      { name: 'x', type: '2', target: 'short' },
    ]),
  );
  assert.deepEqual(link, [['symlink', 'x', 0o644, 'to/long', '']]);
});

test('a size in an extended header counts, and cannot shift where the next entry begins', async () => {
  const archive = Buffer.from(makeTar([{ name: 'x', content: 'abc', pax: { size: '5' } }, { name: 'y' }]));
  const read = await readAll(archive);
  assert.deepEqual(
    read.map(([, name]) => name),
    ['x', 'y'],
  );
  assert.equal(read[0]?.[4].length, 5);
  await refuses(makeTar([{ name: 'x', pax: { size: '-1' } }]), /not a number/);
  await refuses(makeTar([{ name: 'x', pax: { size: '99999999999' } }]), /ends in the middle/);
});

test('bytes that a reader leaves are passed over', async () => {
  const seen: string[] = [];
  for await (const entry of tarEntries(
    inChunks(makeTar([{ name: 'x', content: 'x'.repeat(2000) }, { name: 'y' }]), 700),
  ))
    seen.push(entry.path);
  assert.deepEqual(seen, ['x', 'y']);
});

test('the rest after the end is read, so that the whole archive is hashed by who passes it on', async () => {
  let passed = 0;
  const archive = Buffer.concat([makeTar([{ name: 'x' }]), Buffer.alloc(5000, 7)]);
  const counted = async function* () {
    for await (const chunk of inChunks(archive, 999)) {
      passed += chunk.length;
      yield chunk;
    }
  };
  for await (const entry of tarEntries(counted())) assert.equal(entry.path, 'x');
  assert.equal(passed, archive.length);
});

test('who stops early lets go of the source', async () => {
  let closed = false;
  const source = async function* () {
    try {
      for (;;) yield makeTar([{ name: 'x', content: 'x' }]).subarray(0, 1024);
    } finally {
      closed = true;
    }
  };
  for await (const entry of tarEntries(source())) if (entry.path === 'x') break;
  assert.ok(closed);
});

test('damaged archives are refused, and said how', async () => {
  const good = Buffer.from(makeTar([{ name: 'x', content: 'abc' }]));
  const edited = (at: number, bytes: string): Uint8Array => {
    const copy = Buffer.from(good);
    copy.write(bytes, at, 'latin1');
    copy.fill(' ', 148, 156);
    copy.write(
      `${copy
        .subarray(0, 512)
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return copy;
  };
  await refuses(good.subarray(0, 300), /ends in the middle/);
  await refuses(good.subarray(0, 514), /ends in the middle/);
  await refuses(Buffer.alloc(1024, 1), /checksum|octal/);
  await refuses(edited(124, '9'), /not octal/);
  await refuses(edited(124, '\xff'), /negative/);
  await refuses(edited(124, '\x80\xff\xff'), /too large/);
  await refuses(edited(0, '\xff'), /UTF-8/);
  await refuses(Buffer.concat([Buffer.alloc(512), good]), /empty block/);
  await refuses(makeTar([{ name: 'l', type: 'L', content: 'x'.repeat(1024 * 1024 + 1) }]), /extended header is above/);
  for (const records of ['5 a=', '0 a=b\n', 'x', '99 a=b\n', '6 a=b\nz', '5 a=\0\n', '5 ab\n'])
    await refuses(makeTar([{ name: 'pax', type: 'x', content: records }, { name: 'y' }]), /malformed record/);
});

async function names(entries: readonly TestEntry[]): Promise<readonly string[]> {
  return (await readAll(makeTar(entries))).map(([, name]) => name);
}

async function readAll(archive: Uint8Array): Promise<readonly (readonly [string, string, number, string, string])[]> {
  const found: (readonly [string, string, number, string, string])[] = [];
  for await (const { kind, path, mode, target, body } of tarEntries(inChunks(archive, 511))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    found.push([kind, path, mode, target, Buffer.concat(chunks).toString()]);
  }
  return found;
}

async function refuses(archive: Uint8Array, reason: RegExp): Promise<void> {
  await assert.rejects(
    readAll(archive),
    (error) => isCutwaterError(error, 'IMAGE_INVALID') && reason.test(error.message),
    String(reason),
  );
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
