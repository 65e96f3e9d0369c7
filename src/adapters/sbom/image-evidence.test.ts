import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { auditSection, goSection } from '../../../test/program-sections.ts';
import type { ImageInventory, InventoryFile } from '../../ports/image-files.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import { evidenceNotes } from './evidence-notes.ts';
import type { ImageEvidence } from './image-evidence.ts';
import { readImageEvidence } from './image-evidence.ts';

const crates = Array.from({ length: 60_000 }, (_, at) => ({
  name: `c${at}`,
  version: '1.0.0',
  source: 'x',
  root: at === 0,
}));

test('programs are read until they have named more parts than any image has, and the first one left out is named', () => {
  const rust = new Map([['.dep-v0', auditSection(crates)]]);
  const go = new Map([['.go.buildinfo', goSection('go1.24.1', [])]]);
  const { evidence, missed } = read([
    { path: '/a', sections: rust },
    { path: '/b', sections: rust },
    { path: '/c', sections: go },
    { path: '/d', sections: go },
  ]);
  deepEqual([...evidence.programs.keys()], ['/a', '/b']);
  match(missed, /programs: those from "\/c" on were not read/);
});

test('folders of npm packages beyond what any image has are not read at all', () => {
  const content = new TextEncoder().encode('{"name":"a","version":"1.0.0"}');
  const files = Array.from({ length: 100_001 }, (_, at) => ({ path: `/${at}/node_modules/a/package.json`, content }));
  const whole = read(files.slice(1));
  equal(whole.evidence.packages.length, 100_000);
  const { evidence, missed } = read(files);
  equal(evidence.packages.length, 0);
  match(missed, /npm packages: the image names more than 100000 packages/);
});

test('files of status.d beyond what any image has are not read, and the first one left out is named', () => {
  const content = new TextEncoder().encode('Package: a\nVersion: 1\nArchitecture: all\n');
  const files = Array.from({ length: 100_002 }, (_, at) => ({
    path: `/var/lib/dpkg/status.d/${1_000_000 + at}`,
    content,
  }));
  const { evidence, missed } = read(files);
  equal(evidence.packages.length, 100_000);
  match(missed, /those from "\/var\/lib\/dpkg\/status.d\/1100000" on were not read/);
});

function read(files: readonly Partial<InventoryFile>[]): { readonly evidence: ImageEvidence; readonly missed: string } {
  const base = { path: '', size: 1, mode: 0o755, digest: digestOf(''), elf: true };
  const image: ImageInventory = {
    files: files.map((file) => ({ ...base, ...file })),
    unread: [],
    leadsTo: () => undefined,
    standsAt: () => undefined,
  };
  const notes: EvidenceNotes = evidenceNotes();
  const evidence = readImageEvidence(image, notes, ({ name }, path) => `local:${path}#${name}`);
  return { evidence, missed: notes.all().missed.join('\n') };
}
