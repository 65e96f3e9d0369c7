import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeBinary } from './binaries.ts';

/** An ELF executable for a machine, as little of it as the header needs, with one program header. */
function elf(machine: number, programHeader: number): Uint8Array {
  const bytes = new Uint8Array(176);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  view.setUint32(64, 1, true);
  view.setUint32(120, programHeader, true);
  return bytes;
}

const amd64 = { os: 'linux', architecture: 'amd64' };
const [x86, arm, load, dynamic, interpreter] = [62, 183, 1, 2, 3];

void test('judgeBinary() takes a static program of the right machine, and a dynamic one only where nobody promised static', () => {
  assert.equal(judgeBinary(elf(x86, load), { isStatic: true, platform: amd64 }), undefined);
  assert.equal(judgeBinary(elf(x86, interpreter), { isStatic: false, platform: amd64 }), undefined);
  assert.match(judgeBinary(elf(x86, interpreter), { isStatic: true, platform: amd64 }) ?? '', /linked dynamically/);
  assert.match(judgeBinary(elf(x86, dynamic), { isStatic: true, platform: amd64 }) ?? '', /linked dynamically/);
});

void test('judgeBinary() refuses a program for the other machine, and what is no program', () => {
  assert.match(judgeBinary(elf(arm, load), { isStatic: true, platform: amd64 }) ?? '', /for aarch64, x86_64 is wanted/);
  assert.match(judgeBinary(new Uint8Array(64), { isStatic: false, platform: amd64 }) ?? '', /ELF/);
});
