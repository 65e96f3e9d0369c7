import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Elf } from './elf.ts';
import { elfHeadBytes, isStatic, programHeadersOf, readElf } from './elf.ts';

const [load, dynamic, interpreter] = [1, 2, 3] as const;
const [end, needed, relocations] = [0, 1, 7] as const;

test('readElf() reads a 64-bit program without interpreter', () => {
  assert.deepEqual(readElf(program({ machine: 62, kind: 2, headers: [load, 0x6474e551] })), {
    is: 'ok',
    value: {
      class: 64,
      byteOrder: 'little',
      machine: 'x86_64',
      kind: 'executable',
      runnable: true,
      interpreter: false,
      dynamic: undefined,
    },
  });
});

test('isStatic() says so of a program with neither interpreter nor needed library, dynamic section or not', () => {
  for (const [headers, tags, expected] of [
    [[load], [], true],
    [[load, dynamic], [relocations, end], true],
    [[load, dynamic], [end, needed], true],
    [[load, dynamic], [relocations, needed, end], false],
    [[load, dynamic, interpreter], [relocations, end], false],
    [[load, interpreter], [], false],
    [[dynamic], [end], false],
  ] as const)
    for (const kind of [2, 3])
      assert.deepEqual(staticOf(program({ machine: 183, kind, headers, tags })), { is: 'ok', value: expected });
});

test('isStatic() guesses nothing from a dynamic section without end, or from one that is not in the file', () => {
  const file = program({ machine: 62, kind: 3, headers: [load, dynamic], tags: [relocations, relocations] });
  assert.match(reasonOf(staticOf(file)), /without end/);
  assert.match(reasonOf(staticOf(file.subarray(0, -1))), /outside the file/);
  assert.match(reasonOf(staticOf(changed(file, 64 + 56 + 8 + 7, 0xff))), /outside the file/);
  assert.match(reasonOf(readElf(changed(file, 64 + 56 + 32 + 3, 1))), /dynamic section of 16777248 bytes/);
  const twice = program({ machine: 62, kind: 3, headers: [load, dynamic, dynamic], tags: [end] });
  assert.match(reasonOf(readElf(twice)), /more than one dynamic section/);
});

test('isStatic() does not say so of an object file, or of a file without a loadable segment', () => {
  for (const file of [
    { machine: 62, kind: 1, headers: [load] },
    { machine: 62, kind: 2, headers: [] },
  ])
    assert.deepEqual(staticOf(program(file)), { is: 'ok', value: false });
});

test('readElf() and isStatic() read a big-endian 32-bit program', () => {
  for (const [tag, expected] of [
    [end, true],
    [needed, false],
  ] as const) {
    const bytes = new Uint8Array(132);
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 2, 1]);
    const view = new DataView(bytes.buffer);
    view.setUint16(16, 2);
    view.setUint16(18, 20);
    view.setUint32(28, 52);
    view.setUint16(42, 32);
    view.setUint16(44, 2);
    view.setUint32(52, load);
    view.setUint32(84, dynamic);
    view.setUint32(84 + 4, 116);
    view.setUint32(84 + 16, 16);
    view.setUint32(116, tag);
    const parsed = readElf(bytes);
    assert.ok(parsed.is === 'ok');
    assert.deepEqual([parsed.value.class, parsed.value.byteOrder, parsed.value.machine], [32, 'big', 'ppc']);
    assert.deepEqual(staticOf(bytes), { is: 'ok', value: expected });
  }
});

test('readElf() names a machine it does not know by its number', () => {
  const parsed = readElf(program({ machine: 4711, kind: 2, headers: [load] }));
  assert.ok(parsed.is === 'ok' && parsed.value.machine === 'machine-4711');
});

test('readElf() refuses what is no ELF file, and says why', () => {
  const good = program({ machine: 62, kind: 2, headers: [load] });
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(0), /too short/],
    [new TextEncoder().encode('#!/bin/sh\nexec harbor\n'), /magic/],
    [changed(good, 4, 3), /class/],
    [changed(good, 5, 0), /byte order/],
    [changed(good, 6, 2), /version/],
    [good.subarray(0, 40), /ends inside/],
    [good.subarray(0, 100), /outside/],
    [changed(good, 54, 8), /impossible size/],
    [changed(good, 32, 16), /inside the ELF header/],
    [changed(good, 39, 0xff), /outside/],
  ];
  for (const [bytes, reason] of cases) assert.match(reasonOf(readElf(bytes)), reason);
});

test('readElf() reads program headers that something moved far behind, and guesses nothing where they are not given whole', () => {
  const good = program({ machine: 62, kind: 2, headers: [load, interpreter] });
  const far = 3 * elfHeadBytes;
  const file = new Uint8Array(far + 2 * 56);
  file.set(good.subarray(0, 64));
  file.set(good.subarray(64), far);
  new DataView(file.buffer).setBigUint64(32, BigInt(far), true);
  const head = file.subarray(0, elfHeadBytes);
  assert.deepEqual(programHeadersOf(head), { is: 'ok', value: { from: far, length: 112 } });
  assert.deepEqual(readElf(head, file.subarray(far)), readElf(good));
  assert.match(reasonOf(readElf(head)), /outside its first bytes/);
  assert.match(reasonOf(readElf(head, file.subarray(far, -1))), /outside the file/);
  const many = changed(changed(file, 56, 0xfe), 57, 0xff);
  assert.match(reasonOf(programHeadersOf(many)), /3669904 bytes of program headers/);
});

test('readElf() and isStatic() never throw, whatever the bytes are', () => {
  const good = program({ machine: 62, kind: 2, headers: [load, dynamic], tags: [relocations, end] });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255))),
      (junk, edits) => {
        staticOf(junk);
        const edited = edits.reduce((bytes, [at, value]) => changed(bytes, at, value), good);
        staticOf(edited);
        const elf = readElf(edited);
        if (elf.is === 'ok') isStatic(elf.value, junk);
      },
    ),
  );
});

const here = process.platform === 'linux' ? false : 'no ELF here';

test('isStatic() does not say so of the program this test runs in', { skip: here }, async () => {
  assert.deepEqual(staticOf(await readFile(process.execPath)), { is: 'ok', value: false });
});

const staticPie = '/sbin/ldconfig';

test(
  'isStatic() says so of a static position-independent program that a real linker made',
  { skip: here === false && existsSync(staticPie) ? false : `there is no ${staticPie} here` },
  async () => {
    const bytes = await readFile(staticPie);
    const elf = readElf(bytes.subarray(0, elfHeadBytes));
    assert.ok(elf.is === 'ok' && elf.value.kind === 'shared' && elf.value.dynamic !== undefined);
    assert.deepEqual(staticOf(bytes), { is: 'ok', value: true });
  },
);

function staticOf(bytes: Uint8Array): ReturnType<typeof isStatic> {
  const elf = readElf(bytes.subarray(0, elfHeadBytes));
  return elf.is === 'ok' ? isStatic(elf.value, sectionOf(bytes, elf.value)) : elf;
}

function sectionOf(bytes: Uint8Array, { dynamic: range }: Elf): Uint8Array {
  return range === undefined ? new Uint8Array() : bytes.subarray(range.from, range.from + range.length);
}

function reasonOf(parsed: { readonly is: 'ok' } | { readonly is: 'refused'; readonly reason: string }): string {
  assert.equal(parsed.is, 'refused');
  return parsed.is === 'refused' ? parsed.reason : '';
}

/** A 64-bit little-endian file; its dynamic segments all lie at its end and hold the tags. */
function program(file: {
  readonly machine: number;
  readonly kind: number;
  readonly headers: readonly number[];
  readonly tags?: readonly number[];
}): Uint8Array {
  const { tags = [] } = file;
  const end = 64 + 56 * file.headers.length;
  const bytes = new Uint8Array(end + 16 * tags.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, file.kind, true);
  view.setUint16(18, file.machine, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, file.headers.length, true);
  file.headers.forEach((type, index) => {
    view.setUint32(64 + 56 * index, type, true);
    view.setBigUint64(64 + 56 * index + 8, BigInt(end), true);
    view.setBigUint64(64 + 56 * index + 32, BigInt(16 * tags.length), true);
  });
  tags.forEach((tag, index) => view.setBigUint64(end + 16 * index, BigInt(tag), true));
  return bytes;
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}
