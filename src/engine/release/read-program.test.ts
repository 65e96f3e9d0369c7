import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { elfHeadBytes, readElf } from '../../domain/elf.ts';
import { readProgram } from './read-program.ts';

const here = process.platform === 'linux' ? false : 'no ELF here';

void test(
  'a program whose headers lie far behind reads as the same program with them in front',
  { skip: here },
  async () => {
    const bytes = await readFile(process.execPath);
    const wanted = readElf(bytes.subarray(0, elfHeadBytes));
    assert.equal(wanted.is, 'ok');
    assert.deepEqual(await read(bytes), wanted);
    const from = Number(bytes.readBigUInt64LE(32));
    const table = bytes.subarray(from, from + bytes.readUInt16LE(54) * bytes.readUInt16LE(56));
    const moved = Buffer.concat([bytes, table]);
    moved.writeBigUInt64LE(BigInt(bytes.length), 32);
    moved.fill(0xff, from, from + table.length);
    assert.deepEqual(await read(moved), wanted);
    assert.deepEqual(await read(moved.subarray(0, -1)), {
      is: 'refused',
      reason: 'has program headers outside the file',
    });
    assert.deepEqual(await read(Buffer.from('#!/bin/sh\n, which is no ELF file')), {
      is: 'refused',
      reason: 'does not begin with the ELF magic number',
    });
  },
);

function read(bytes: Buffer): ReturnType<typeof readProgram> {
  const readPart = (_: string, { from, length }: { readonly from: number; readonly length: number }) =>
    Promise.resolve(bytes.subarray(from, from + length));
  return readProgram({ readPart }, 'program');
}
