import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../../test/make/property-runs.ts';
import { formatVersion, readVersion } from '../domain/version.ts';
import { addUpgrading } from './add-upgrading.ts';
import { splitLines } from './text-lines.ts';
import { parseUpgrading, upgradingOf } from './upgrading.ts';
import type { EnvironmentChange, UpgradingFields } from './upgrading-fields.ts';

const numRuns = propertyRuns(400);
const words = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9 |`<>*.,:()\\-]{4,30}[a-z]$/)
  .map((text) => text.replaceAll(/\s+/g, ' '));
const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{1,12}$/);
const change = fc
  .record({
    change: fc.constantFrom('added', 'removed', 'renamed'),
    name,
    former: name,
    note: fc.oneof(fc.constant(''), words),
  })
  .map(({ change, name, former, note }): EnvironmentChange => {
    return { change, name, formerName: change === 'renamed' ? former : undefined, note };
  });
const fields = fc.record<UpgradingFields>({
  breaking: fc.array(words, { maxLength: 3 }),
  environment: fc.array(change, { maxLength: 3 }),
  migrations: fc.array(words, { maxLength: 2 }),
  wayBack: fc.constantFrom('binary', 'restore'),
});
const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => readVersion(parts.join('.')));
const parts = fc.constantFrom(
  '# Upgrading',
  '## Notes',
  '',
  'Text',
  '- x',
  '```\ncode\n```',
  '## 1.0.0\n\n- x\n',
  '## v2.1.0\n\n- x\n',
  '\n| Version | Breaking | Migration |\n|---|:-:|---|\n| 1.1.0 | a | b |\n| — | — | — |\n',
  '\n## Environment variables\n\n| Version | Change | Details |\n|---|---|---|\n| 1.1.0 | No changes. | — |\n',
);
const anyText = fc
  .tuple(
    fc.array(parts, { maxLength: 8 }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\n'),
    fc.constantFrom('', '\uFEFF'),
  )
  .map(([lines, ending, end, mark]) => mark + (lines.join('\n') + end).replaceAll('\n', ending));

test('addUpgrading() loses no line, is read back the same, and twice is once', () => {
  let count = 0;
  fc.assert(
    fc.property(anyText, version, fields, (before, version, fields) => {
      const edit = addUpgrading(before, { version, fields });
      if (edit.is !== 'edited') return;
      count += 1;
      const read = upgradingOf(parseUpgrading(edit.text), version);
      if (read.is === 'refused') throw new Error(read.reason);
      deepEqual(read.value.fields.breaking, fields.breaking);
      equal(read.value.fields.environment.length, fields.environment.length);
      deepEqual([read.value.fields.wayBack, read.value.undeclared], [fields.wayBack, []]);
      equal(addUpgrading(edit.text, { version, fields }).is, 'unchanged');
      keepsLines(before, edit.text);
    }),
    { numRuns },
  );
  ok(count > numRuns / 3, `only ${count} of ${numRuns} texts could be edited`);
});

test('upgradingOf() gives an answer for any text', () => {
  const text = fc.oneof(anyText, fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(text, version, (text, version) => {
      const found = upgradingOf(parseUpgrading(text), version);
      if (found.is === 'ok') equal(formatVersion(found.value.version), formatVersion(version));
    }),
    { numRuns },
  );
});

function keepsLines(before: string, after: string): void {
  equal(after.startsWith('\uFEFF'), before.startsWith('\uFEFF'));
  const rest = splitLines(after.replace(/^\uFEFF/, ''));
  const old = splitLines(before.replace(/^\uFEFF/, ''));
  let at = 0;
  for (const [index, { text, ending }] of old.entries()) {
    const isLast = index === old.length - 1;
    const found = rest.findIndex(
      (line, place) => place >= at && line.text === text && (isLast || line.ending === ending),
    );
    ok(found !== -1, `line ${index + 1} is lost: ${JSON.stringify(text)}`);
    at = found + 1;
  }
}
