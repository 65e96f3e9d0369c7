import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../../test/make/property-runs.ts';
import { readVersion } from '../domain/version.ts';
import type { FileTexts } from './file-plan.ts';
import type { PreparationFacts } from './plan-preparation.ts';
import { planPreparation } from './plan-preparation.ts';

const numRuns = propertyRuns(200);
const entry = fc.constantFrom(
  '- A thing',
  '  - deeper',
  '',
  '### Added',
  '### Fixed',
  '> quoted',
  '```\ncode\n```',
  'Text',
);
const lines = fc.array(entry, { maxLength: 6 }).map((items) => items.join('\n'));
const heads = fc
  .record({
    unreleased: lines,
    older: lines,
    links: fc.boolean(),
    cargo: fc.constantFrom('1.0.0', '1.1.0', '0.9.0-rc.1'),
    notes: lines,
    ending: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ unreleased, older, links, cargo, notes, ending }): ReadonlyMap<string, string> => {
    const link = links ? '\n[Unreleased]: https://example.org/o/p/compare/v1.0.0...HEAD\n' : '';
    const texts = {
      'CHANGELOG.md': `# Changelog\n\n## [Unreleased]\n\n- New\n${unreleased}\n\n## [1.0.0] - 2026-01-01\n\n${older}\n${link}`,
      'docs/upgrading.md': `# Upgrading\n\n${notes}\n\n## 1.0.0\n\nFirst.\n`,
      'Cargo.toml': `[package]\nname = "app"\nversion = "${cargo}"\n`,
    };
    return new Map(Object.entries(texts).map(([path, text]) => [path, text.replaceAll('\n', ending)]));
  });
const days = fc.constantFrom('2026-02-03', '2026-02-04', '2026-03-01');
const paths = ['CHANGELOG.md', 'docs/upgrading.md', 'Cargo.toml'] as const;

test('planPreparation() ends the same from whatever a killed run left on disk, and loses no date', () => {
  let count = 0;
  fc.assert(
    fc.property(heads, days, days, fc.subarray([...paths]), (head, first, second, written) => {
      const fresh = plan(head, head, first);
      if (fresh.problems.length > 0) return;
      count += 1;
      const texts = new Map(fresh.files.map(({ path, text }) => [path, text]));
      const left = new Map([...head, ...written.map((path) => [path, texts.get(path) ?? ''] as const)]);
      // Where the changelog was not written yet, nothing has a date, and the run of the next day gives its own.
      const again = plan(head, left, second);
      const wanted = written.includes('CHANGELOG.md') ? fresh : plan(head, head, second);
      deepEqual(again.problems, []);
      deepEqual(
        again.files.map(({ path, text }) => [path, text]),
        wanted.files.map(({ path, text }) => [path, text]),
      );
      const states = again.files.map(({ path, state }) => [path, state]);
      deepEqual(
        states,
        fresh.files.map(({ path, text }) => [path, stateOf({ path, text, head, written })]),
      );
      const committed = plan(texts, texts, second);
      deepEqual([committed.problems, committed.files.filter(({ state }) => state !== 'committed')], [[], []]);
    }),
    { numRuns },
  );
  ok(count > numRuns / 3, `only ${count} of ${numRuns} projects could be prepared`);
});

test('planPreparation() never plans to overwrite what it has not written itself', () => {
  fc.assert(
    fc.property(heads, days, fc.constantFrom(...paths), fc.string({ minLength: 1 }), (head, day, path, text) => {
      const disk = new Map([...head, [path, `${head.get(path) ?? ''}${text}`] as const]);
      const file = plan(head, disk, day).files.find((one) => one.path === path);
      // Upgrading notes are written by people: theirs stay, with ours beside them.
      if (path === 'docs/upgrading.md') ok(file === undefined || file.text.includes(text.trim()) || text.trim() === '');
      else equal(file, undefined);
    }),
    { numRuns },
  );
});

function plan(head: ReadonlyMap<string, string>, disk: ReadonlyMap<string, string>, today: string) {
  const textsOf = (path: string): FileTexts => ({ head: head.get(path), disk: disk.get(path) });
  const facts: PreparationFacts = {
    version: readVersion('1.1.0'),
    kind: 'stable',
    policy: {
      changelog: 'CHANGELOG.md',
      upgrading: 'docs/upgrading.md',
      upgradingRequired: ['stable'],
      source: 'https://example.org/o/p',
    },
    versionFiles: [{ path: 'Cargo.toml', kind: 'cargo-toml' }],
    textsOf,
    tagged: [readVersion('1.0.0')],
    date: { asked: undefined, today },
    notes: { breaking: [], environment: [], migrations: [], wayBack: 'binary' },
    bumpReason: undefined,
    subjects: [],
  };
  return planPreparation(facts);
}

function stateOf(file: {
  readonly path: string;
  readonly text: string;
  readonly head: ReadonlyMap<string, string>;
  readonly written: readonly string[];
}): string {
  if (file.head.get(file.path) === file.text) return 'committed';
  return file.written.includes(file.path) ? 'written' : 'write';
}
