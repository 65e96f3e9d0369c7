import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { checksums, parseChecksums } from './checksums.ts';

const files = [
  { name: 'b.json', digest: digestOf('b') },
  { name: 'a+1_x', digest: digestOf('a') },
];
const hex = hexOf(digestOf('a'));

test('checksums() sorts by name, and parseChecksums() reads it back', () => {
  const text = checksums(files);
  equal(text, `${hex}  a+1_x\n${hexOf(digestOf('b'))}  b.json\n`);
  deepEqual(parseChecksums(text), { is: 'ok', value: files.toReversed() });
});

test('checksums() is accepted by sha256sum, and refused by it after a change', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'cutwater-sums-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a+1_x'), 'a');
  writeFileSync(join(folder, 'b.json'), 'b');
  writeFileSync(join(folder, 'SHA256SUMS'), checksums(files));
  const check = (): ReturnType<typeof spawnSync> =>
    spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
  const first = check();
  if (first.error !== undefined) return context.diagnostic('sha256sum is not installed: only the text was compared');
  equal(first.status, 0);
  writeFileSync(join(folder, 'b.json'), 'c');
  equal(check().status, 1);
});

test('checksums() throws for two files of one name and for a name that is no asset name', () => {
  throws(() => checksums([...files, ...files]));
  throws(() => checksums([{ name: '../x', digest: digestOf('a') }]));
  throws(() => checksums([]));
});

test('parseChecksums() names the line that is malformed', () => {
  refused('', /is empty/);
  refused(`${hex}  a\n${hex}  b`, /ends in the middle of line 2/);
  refused(`${hex}  a\n\n`, /line 2/);
  refused(`${hex}  a\n${hex} *b\n`, /line 2/);
  refused(`${hex.toUpperCase()}  a\n`, /line 1/);
  refused(`${hex}  a\r\n`, /line 1/);
  refused(`${hex}  ../../etc/passwd\n`, /line 1: the name "..\/..\/etc\/passwd" is not/);
  refused(`${hex}  a\n${hex}  b\n${hex}  a\n`, /names "a" a second time in line 3/);
});

test('parseChecksums() accepts a text only where checksums() writes the same one from it, but for the order', () => {
  const line = fc.tuple(
    fc.constantFrom(hex, hex.slice(1), ''),
    fc.constantFrom('  ', ' *', ' '),
    fc.string({ maxLength: 3 }),
  );
  const text = fc
    .array(
      line.map((parts) => `${parts.join('')}\n`),
      { maxLength: 4 },
    )
    .map((lines) => lines.join(''));
  fc.assert(
    fc.property(text, (input) => {
      const read = parseChecksums(input);
      if (read.is === 'ok') equal(checksums(read.value).length, input.length);
    }),
  );
});

function refused(text: string, reason: RegExp): void {
  const read = parseChecksums(text);
  ok(read.is === 'refused');
  match(read.reason, reason);
}
