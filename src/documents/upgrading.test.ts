import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { addUpgrading } from './add-upgrading.ts';
import type { Edit } from './text-lines.ts';
import { parseUpgrading, upgradingOf } from './upgrading.ts';
import type { UpgradingEntry } from './upgrading.ts';
import type { UpgradingFields } from './upgrading-fields.ts';

const fields: UpgradingFields = {
  breaking: ['The old API is gone; call `/v2`.'],
  environment: [
    { change: 'added', name: 'APP_TLS', formerName: undefined, note: 'default `on|off`' },
    { change: 'removed', name: 'APP_PLAIN', formerName: undefined, note: '' },
    { change: 'renamed', name: 'APP_PORT', formerName: 'PORT', note: 'See the notes. `PORT` is ignored.' },
  ],
  migrations: ['Run once, takes minutes.'],
  wayBack: 'restore',
};
const section = `## 1.2.0

- **Breaking:** The old API is gone; call \`/v2\`.
- **Environment added:** \`APP_TLS\`: default \`on|off\`
- **Environment removed:** \`APP_PLAIN\`
- **Environment renamed:** \`PORT\` to \`APP_PORT\`: See the notes. \`PORT\` is ignored.
- **Migration:** Run once, takes minutes.
- **Way back:** restore
`;
const tables = `# Upgrading

## Breaking changes

| Version | Breaking change | Migration path |
|---------|-----------------|----------------|
| 0.7.0 | Remote images are off. | Take a backup. **Way back:** see below |
| 0.4.0 | No known breaking changes. | None. |
| — | — | — |

## Environment variable changes

| Version | Change | Details |
|---------|--------|---------|
| 0.7.0 | New environment variables. | \`APP_HOSTS\` (default \`a\\|b\`) allows hosts, like \`OTHER_ONE\`. \`APP_GC_*\` and \`APP_LOCK_*\` for cleaning. |
| 0.4.0 | No changes. | Nothing is needed for this release. |
| — | — | — |
`;

test('upgradingOf() reads a section with its fields', () => {
  const entry = read(section, '1.2.0');
  deepEqual(entry.fields, fields);
  deepEqual(entry.undeclared, []);
  match(entry.text, /^- \*\*Breaking:\*\* The old API[^]*restore$/);
});

test('upgradingOf() reads what is written by hand below headings, and says what is not declared', () => {
  const text = `# Upgrading to v1.3.0\n\n## From 1.2.x to v1.3.0\n\nRead this.\n\n### Breaking changes\n\n- One\n- Two\n  and more\n\n### Environment variables\n\n- Added \`A_B\`, \`C_D\` and \`E_F\`: all needed\n- Removed: \`G_H\`\n- Renamed \`I_J\` → \`K_L\`\n\n### Rollback\n\nRestore the backup.\n\n## 1.2.0\n- x\n`;
  const { fields: found, undeclared } = read(text, '1.3.0');
  deepEqual(found.breaking, ['One', 'Two']);
  const names = found.environment.map(({ change, name, formerName }) => `${change} ${formerName ?? ''}${name}`);
  deepEqual(names, ['added A_B', 'added C_D', 'added E_F', 'removed G_H', 'renamed I_JK_L']);
  deepEqual([found.wayBack, undeclared], ['restore', ['migrations']]);
  deepEqual(read(text, '1.2.0').undeclared, ['breaking', 'environment', 'migrations', 'wayBack']);
});

test('upgradingOf() reads the rows of two tables as one', () => {
  const { fields: found, undeclared, line, text } = read(tables, '0.7.0');
  deepEqual(found.breaking, ['Remote images are off.']);
  deepEqual(
    found.environment.map(({ name }) => name),
    ['APP_HOSTS', 'APP_GC_*', 'APP_LOCK_*'],
  );
  deepEqual([undeclared, line], [['wayBack'], 7]);
  match(text, /^- Breaking change: Remote images are off.\n- Migration path: Take a backup/);
  const none = read(tables, '0.4.0');
  deepEqual([none.fields.breaking, none.fields.environment, none.fields.migrations], [[], [], []]);
  deepEqual(none.undeclared, ['wayBack']);
});

test('upgradingOf() refuses what is missing, empty, a placeholder, double or unreadable', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['# Upgrading\n', /has no notes for 1.2.0: a section "## 1.2.0" or a row is wanted/],
    ['## 1.2.0\n\n## 1.1.0\n', /only a placeholder for 1.2.0 \(line 1\)/],
    ['## 1.2.0\n\n### Breaking\n\n- TBD\n<!-- write -->\n', /only a placeholder/],
    ['| Version | Breaking |\n|---|---|\n| 1.2.0 | — |\n', /only a placeholder for 1.2.0 \(line 3\)/],
    ['## 1.2.0\n- **Breaking:** TODO\n', /a field holds a placeholder \(line 2\)/],
    ['## 1.2.0\n- **Way back:** maybe\n', /neither `binary` nor `restore` \(line 2\)/],
    ['## 1.2.0\n- **Environment:** `A_B`\n', /neither added, removed nor renamed \(line 2\)/],
    ['## 1.2.0\n- **Environment added:** A_B\n', /named in backticks \(line 2\)/],
    ['## 1.2.0\n- x\n## v1.2.0\n- y\n', /two sections for 1.2.0, in lines 1 and 3/],
    ['```\n## 1.2.0\n- x\n```\n', /has no notes/],
  ];
  for (const [text, reason] of cases) {
    const found = upgradingOf(parseUpgrading(text), readVersion('1.2.0'));
    match(found.is === 'refused' ? found.reason : 'ok', reason, text);
  }
});

test('addUpgrading() writes the section above the next lower version, and twice is once', () => {
  const text = '# Upgrading\n\n## v1.3.0\n\n- x\n\n## v1.1.0\n\n- y\n';
  const edited = textOf(add(text));
  equal(edited, `# Upgrading\n\n## v1.3.0\n\n- x\n\n${section.replace('## 1', '## v1')}\n## v1.1.0\n\n- y\n`);
  equal(add(edited).is, 'unchanged');
  match(
    reasonOf(addUpgrading(edited, { version: readVersion('1.2.0'), fields: { ...fields, breaking: [] } })),
    /other notes/,
  );
});

test('addUpgrading() follows a file that has the newest version last, and begins an empty one', () => {
  match(textOf(add('## 1.0.0\n\n- x\n\n## 1.1.0\n\n- y')), /## 1.1.0\n\n- y\n\n## 1.2.0\n\n- [^]*restore$/);
  equal(textOf(add('')), section);
});

test('addUpgrading() adds rows where the file has tables, and they are read back the same', () => {
  const plain = { ...fields, environment: fields.environment.slice(0, 2) };
  const edited = textOf(addUpgrading(tables, { version: readVersion('0.8.0'), fields: plain }));
  const added = edited.split('\n').filter((line) => !tables.includes(line));
  deepEqual(added, [
    '| 0.8.0 | The old API is gone; call `/v2`. | Run once, takes minutes.<br>**Way back:** restore |',
    '| 0.8.0 | Added | `APP_TLS`: default `on\\|off` |',
    '| 0.8.0 | Removed | `APP_PLAIN` |',
  ]);
  deepEqual(read(edited, '0.8.0').fields, plain);
  const nothing = { breaking: [], environment: [], migrations: [], wayBack: 'binary' as const };
  const quiet = textOf(addUpgrading(tables, { version: readVersion('0.5.0'), fields: nothing }));
  match(quiet, /\| 0.7.0 .*\n\| 0.5.0 \| none \| none<br>\*\*Way back:\*\* binary \|\n\| 0.4.0 /);
  match(quiet, /\| 0.7.0 .*\n\| 0.5.0 \| No changes. \| none \|\n\| 0.4.0 /);
  deepEqual(read(quiet, '0.5.0').undeclared, []);
});

test('addUpgrading() refuses empty notes, placeholders and bad names', () => {
  const cases: readonly (readonly [Partial<UpgradingFields>, RegExp])[] = [
    [{ wayBack: undefined }, /the way back is not said/],
    [{ breaking: ['TBD'] }, /"TBD" says nothing/],
    [{ migrations: [''] }, /"" says nothing/],
    [{ environment: [{ change: 'added', name: 'a b', formerName: undefined, note: '' }] }, /no name of an environment/],
    [{ environment: [{ change: 'renamed', name: 'A_B', formerName: undefined, note: '' }] }, /without a former name/],
  ];
  for (const [changes, reason] of cases)
    match(reasonOf(addUpgrading('', { version: readVersion('1.2.0'), fields: { ...fields, ...changes } })), reason);
});

function add(text: string): Edit {
  return addUpgrading(text, { version: readVersion('1.2.0'), fields });
}

function read(text: string, version: string): UpgradingEntry {
  const found = upgradingOf(parseUpgrading(text), readVersion(version));
  if (found.is === 'refused') throw new Error(found.reason);
  return found.value;
}

function textOf(edit: Edit): string {
  return edit.is === 'edited' ? edit.text : `${edit.is}: ${edit.reason}`;
}

function reasonOf(edit: Edit): string {
  return edit.is === 'refused' ? edit.reason : edit.is;
}
