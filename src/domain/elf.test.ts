import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { elfHeadBytes, readElf } from './elf.ts';

test('readElf() reads a static 64-bit program without interpreter', () => {
  const parsed = readElf(program({ machine: 62, kind: 2, headers: [1, 0x6474e551] }));
  assert.deepEqual(parsed, {
    is: 'ok',
    value: { class: 64, machine: 'x86_64', kind: 'executable', interpreter: false, dynamic: false, static: true },
  });
});

test('readElf() does not call a program with an interpreter or a dynamic section static', () => {
  for (const headers of [
    [1, 3],
    [1, 2],
    [1, 2, 3],
  ]) {
    const parsed = readElf(program({ machine: 183, kind: 3, headers }));
    assert.ok(parsed.is === 'ok');
    assert.equal(parsed.value.machine, 'aarch64');
    assert.equal(parsed.value.static, false);
    assert.equal(parsed.value.interpreter, headers.includes(3));
    assert.equal(parsed.value.dynamic, headers.includes(2));
  }
});

test('readElf() does not call an object file, or a file without a loadable segment, static', () => {
  for (const file of [
    { machine: 62, kind: 1, headers: [1] },
    { machine: 62, kind: 2, headers: [] },
  ]) {
    const parsed = readElf(program(file));
    assert.ok(parsed.is === 'ok' && !parsed.value.static);
  }
});

test('readElf() reads a big-endian 32-bit header', () => {
  const bytes = new Uint8Array(84);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 2, 1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, 2);
  view.setUint16(18, 20);
  view.setUint32(28, 52);
  view.setUint16(42, 32);
  view.setUint16(44, 1);
  view.setUint32(52, 1);
  const parsed = readElf(bytes);
  assert.ok(parsed.is === 'ok');
  assert.deepEqual([parsed.value.class, parsed.value.machine, parsed.value.static], [32, 'ppc', true]);
});

test('readElf() names a machine it does not know by its number', () => {
  const parsed = readElf(program({ machine: 4711, kind: 2, headers: [1] }));
  assert.ok(parsed.is === 'ok' && parsed.value.machine === 'machine-4711');
});

test('readElf() refuses what is no ELF file, and says why', () => {
  const good = program({ machine: 62, kind: 2, headers: [1] });
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
  for (const [bytes, reason] of cases) {
    const parsed = readElf(bytes);
    assert.equal(parsed.is, 'refused');
    assert.match(parsed.is === 'refused' ? parsed.reason : '', reason);
  }
});

test('readElf() never throws, whatever the bytes are', () => {
  const good = program({ machine: 62, kind: 2, headers: [1, 2, 3] });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255))),
      (junk, edits) => {
        readElf(junk);
        readElf(edits.reduce((bytes, [at, value]) => changed(bytes, at, value), good));
      },
    ),
  );
});

test(
  'readElf() reads the program this test runs in',
  { skip: process.platform === 'linux' ? false : 'no ELF here' },
  async () => {
    const parsed = readElf((await readFile(process.execPath)).subarray(0, elfHeadBytes));
    assert.ok(parsed.is === 'ok' && parsed.value.dynamic && !parsed.value.static);
  },
);

function program(file: {
  readonly machine: number;
  readonly kind: number;
  readonly headers: readonly number[];
}): Uint8Array {
  const bytes = new Uint8Array(64 + 56 * file.headers.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, file.kind, true);
  view.setUint16(18, file.machine, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, file.headers.length, true);
  file.headers.forEach((type, index) => view.setUint32(64 + 56 * index, type, true));
  return bytes;
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}
