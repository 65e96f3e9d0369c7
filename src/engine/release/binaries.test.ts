import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Elf } from '../../domain/elf.ts';
import { judgeBinary } from './binaries.ts';

const amd64 = { os: 'linux', architecture: 'amd64' };
const program: Elf = {
  class: 64,
  byteOrder: 'little',
  machine: 'x86_64',
  kind: 'executable',
  runnable: true,
  interpreter: false,
  dynamic: undefined,
};
const none = new Uint8Array();
const staticWanted = { isStatic: true, platform: amd64 };
const anyWanted = { isStatic: false, platform: amd64 };

void test('judgeBinary() takes a static program of the right machine, and a dynamic one only where nobody promised static', () => {
  assert.equal(judgeBinary({ elf: program, section: none }, staticWanted), undefined);
  const interpreted: Elf = { ...program, interpreter: true };
  assert.equal(judgeBinary({ elf: interpreted, section: none }, anyWanted), undefined);
  assert.match(judgeBinary({ elf: interpreted, section: none }, staticWanted) ?? '', /linked dynamically/);
});

void test('judgeBinary() takes a static position-independent program, and refuses one that names a library', () => {
  const elf: Elf = { ...program, kind: 'shared', dynamic: { from: 64, length: 32 } };
  const section = new Uint8Array(32);
  assert.equal(judgeBinary({ elf, section }, staticWanted), undefined);
  section[0] = 1;
  assert.match(judgeBinary({ elf, section }, staticWanted) ?? '', /linked dynamically/);
  assert.equal(judgeBinary({ elf, section }, anyWanted), undefined);
  assert.match(judgeBinary({ elf, section: none }, staticWanted) ?? '', /outside the file/);
});

void test('judgeBinary() refuses a program for the other machine, and what is no program', () => {
  const arm: Elf = { ...program, machine: 'aarch64' };
  assert.match(judgeBinary({ elf: arm, section: none }, staticWanted) ?? '', /for aarch64, x86_64 is wanted/);
  const object: Elf = { ...program, kind: 'relocatable', runnable: false };
  assert.match(judgeBinary({ elf: object, section: none }, anyWanted) ?? '', /no program/);
});
