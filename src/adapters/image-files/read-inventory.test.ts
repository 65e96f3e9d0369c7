import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { makeElf } from '../../../test/elf-fixture.ts';
import { layeredImage } from '../../../test/layered-image.ts';
import { makeFolder } from '../../../test/make/folder.ts';
import type { TestEntry } from '../../../test/tar-fixture.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ImageInventory, InventoryWish } from '../../ports/image-files.ts';
import { readSections } from './elf-sections.ts';
import { defaultExtractLimits } from './extract-file.ts';
import type { KeepLimits } from './read-inventory.ts';
import { readInventory } from './read-inventory.ts';

const nothing: InventoryWish = { content: () => false, sections: [] };
const dependencies = new TextEncoder().encode('what was linked');
const program = makeElf({ '.text': new Uint8Array(5000), '.dep-v0': dependencies });

test('an inventory has every effective file once per name, by its digest, and nothing a later layer hides', async (t) => {
  const { files } = await inventory(t, [
    [
      { name: 'etc/passwd', content: 'old' },
      { name: 'gone', content: 'x' },
      { name: 'a/one', content: 'same' },
      { name: 'a/', type: '5' },
    ],
    [
      { name: 'etc/passwd', content: 'new', mode: 0o600 },
      { name: '.wh.gone' },
      { name: 'b', type: '1', target: 'a/one' },
      { name: 'link', type: '2', target: 'etc/passwd' },
    ],
  ]);
  deepEqual(
    files.map(({ path, digest, size, mode }) => [path, digest, size, mode]),
    [
      ['/a/one', digestOf('same'), 4, 0o644],
      ['/b', digestOf('same'), 4, 0o644],
      ['/etc/passwd', digestOf('new'), 3, 0o600],
    ],
  );
});

test('an inventory follows links to the file that is meant', async (t) => {
  const image = await inventory(t, [
    [
      { name: 'lib', type: '2', target: 'usr/lib' },
      { name: 'usr/lib/libc.so', content: 'c' },
      { name: 'alias', type: '2', target: '/lib/libc.so' },
      { name: 'out', type: '2', target: '/nowhere' },
      { name: 'first', content: 'one file' },
      { name: 'second', type: '1', target: 'first' },
      { name: 'to-second', type: '2', target: 'second' },
    ],
  ]);
  equal(image.leadsTo('/lib/libc.so'), '/usr/lib/libc.so');
  equal(image.leadsTo('/usr/lib/libc.so'), '/usr/lib/libc.so');
  equal(image.standsAt('/lib/libc.so'), '/usr/lib/libc.so');
  equal(image.leadsTo('/alias'), '/usr/lib/libc.so');
  equal(image.standsAt('/alias'), undefined);
  equal(image.leadsTo('/second'), '/second');
  equal(image.leadsTo('/to-second'), '/first');
  equal(image.leadsTo('/out'), undefined);
  equal(image.leadsTo('/lib'), undefined);
});

test('an inventory keeps the bytes that are asked for, by the path without links, and no others', async (t) => {
  const wish = { ...nothing, content: (path: string) => path === '/usr/lib/os-release' };
  const layers = [
    [
      { name: 'lib', type: '2', target: 'usr/lib' },
      { name: 'lib/os-release', content: 'ID=debian' },
      { name: 'etc/hosts', content: 'localhost' },
    ],
  ];
  const { files } = await inventory(t, layers, { wish });
  deepEqual(
    files.map(({ path, content }) => [path, content && new TextDecoder().decode(content)]),
    [
      ['/etc/hosts', undefined],
      ['/usr/lib/os-release', 'ID=debian'],
    ],
  );
});

test('an inventory finds the sections of ELF files, and leaves nothing on the disk', async (t) => {
  const folder = await makeFolder(t);
  const wish = { ...nothing, sections: ['.dep-v0', '.go.buildinfo'] };
  const layers = [
    [
      { name: 'bin/app', content: program },
      { name: 'bin/script', content: '#!' },
      { name: 'bin/cut', content: program.subarray(0, 100) },
      { name: 'bin/plain', content: makeElf({}) },
    ],
  ];
  const { files } = await inventory(t, layers, { wish, folder });
  deepEqual(
    files.map(({ path, elf, sections }) => [
      path,
      elf,
      [...(sections ?? [])].map(([name, bytes]) => [name, text(bytes)]),
    ]),
    [
      ['/bin/app', true, [['.dep-v0', 'what was linked']]],
      ['/bin/cut', true, []],
      ['/bin/plain', true, []],
      ['/bin/script', false, []],
    ],
  );
  deepEqual(await readdir(folder), []);
});

test('what is above the limits is left out, its digest is not', async (t) => {
  const wish = { content: () => true, sections: ['.dep-v0'] };
  const layers = [
    [
      { name: 'a', content: '12345' },
      { name: 'b', content: '12345' },
      { name: 'c', content: '123456' },
      { name: 'd', content: program },
    ],
  ];
  const { files } = await inventory(t, layers, { wish, keep: { one: 5, all: 7 } });
  deepEqual(
    files.map(({ content, sections, digest }) => [content !== undefined, sections !== undefined, digest.length]),
    [
      [true, false, 71],
      [false, false, 71],
      [false, false, 71],
      [false, false, 71],
    ],
  );
});

test('a file of many names counts once for each name it is read under', async (t) => {
  const wish = { content: (path: string) => path !== '/elsewhere', sections: ['.dep-v0'] };
  const links = ['b', 'c', 'elsewhere'].map((name): TestEntry => ({ name, type: '1', target: 'a' }));
  const keeps = async (content: string | Uint8Array, all: number): Promise<boolean> => {
    const { files } = await inventory(t, [[{ name: 'a', content }, ...links]], { wish, keep: { one: 20, all } });
    return files.some((file) => file.content !== undefined || file.sections !== undefined);
  };
  equal(await keeps('12345', 15), true);
  equal(await keeps('12345', 14), false);
  equal(await keeps(program, dependencies.length * 4), true);
  equal(await keeps(program, dependencies.length * 4 - 1), false);
  const programs = ['p', 'q'].flatMap((name): readonly TestEntry[] => [
    { name, content: program },
    { name: `${name}2`, type: '1', target: name },
  ]);
  const { files } = await inventory(t, [programs], { wish, keep: { one: 20, all: dependencies.length * 3 } });
  deepEqual(
    files.filter(({ sections }) => sections !== undefined).map(({ path }) => path),
    ['/p', '/p2'],
  );
});

test('sparse files are named, as their bytes were not read', async (t) => {
  const sparse = { name: 'GNUSparseFile.0/disk', pax: { 'GNU.sparse.major': '1', 'GNU.sparse.name': 'var/disk' } };
  deepEqual((await inventory(t, [[sparse]])).unread, ['/var/disk']);
});

test('a layer that links make deeper than any path can be is refused', async (t) => {
  const folders = `${'d/'.repeat(100)}end`;
  const deep = Array.from({ length: 30 }, (_, at): readonly TestEntry[] => [
    { name: 'link', type: '2', pax: { path: `l${at}`, linkpath: at === 0 ? folders : `l${at - 1}/${folders}` } },
    { name: 'file', pax: { path: `${at === 0 ? '' : `l${at - 1}/`}${folders}/file` } },
  ]).flat();
  equal((await inventory(t, [deep.slice(0, 20)])).files.length, 10);
  await rejects(
    inventory(t, [deep]),
    (error) => isCutwaterError(error, 'IMAGE_INVALID') && /above 4096 characters/.test(error.message),
  );
});

// To follow each name to its end would be 250 GB to go over, to make room for each section 4 TB.
test('readSections() of a table of 65000 sections with endless names, or all with the wanted one, ends', async () => {
  const endless = 'a'.repeat(4 * 1024 * 1024 - 10);
  for (const names of [`${endless}\0`, `.dep-v0\0${endless}`]) {
    const file = crowdedElf(names);
    let asked = 0;
    const read = async (from: number, length: number): Promise<Uint8Array> => {
      asked += length;
      return file.subarray(from, from + length);
    };
    equal((await readSections(read, { names: ['.dep-v0'], room: 64 * 1024 * 1024 })).size, 0);
    equal(asked < 80 * 1024 * 1024, true);
  }
});

test('readSections() of any bytes ends without an error, and never gives bytes the file has not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(program.length - 1), async (junk, at) => {
      const broken = Uint8Array.from(program);
      broken.set(junk.subarray(0, broken.length - at), at);
      const read = async (from: number, length: number): Promise<Uint8Array> => broken.subarray(from, from + length);
      const found = await readSections(read, { names: ['.dep-v0'], room: 1000 });
      for (const bytes of found.values()) equal(Buffer.from(broken).includes(Buffer.from(bytes)), true);
    }),
  );
});

async function inventory(
  t: TestContext,
  layers: readonly (readonly TestEntry[])[],
  {
    wish = nothing,
    keep,
    folder,
  }: { readonly wish?: InventoryWish; readonly keep?: KeepLimits; readonly folder?: string } = {},
): Promise<ImageInventory> {
  return readInventory({
    ...layeredImage(layers),
    wish,
    limits: defaultExtractLimits,
    folder: folder ?? (await makeFolder(t)),
    ...(keep === undefined ? {} : { keep }),
  });
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Every section but the last, which has the names, begins with the first name and says it is of 64 MiB. */
function crowdedElf(names: string): Uint8Array {
  const entry = Buffer.alloc(64);
  entry.writeUInt32LE(1, 4);
  entry.writeBigUInt64LE(64n, 24);
  entry.writeBigUInt64LE(BigInt(64 * 1024 * 1024), 32);
  const last = Buffer.from(entry);
  last.writeBigUInt64LE(BigInt(names.length), 32);
  const header = Buffer.from(makeElf({}).subarray(0, 64));
  header.writeBigUInt64LE(BigInt(64 + names.length), 40);
  header.writeUInt16LE(65_000, 60);
  header.writeUInt16LE(64_999, 62);
  return Buffer.concat([header, Buffer.from(names), Buffer.alloc(64_999 * 64, entry), last]);
}
