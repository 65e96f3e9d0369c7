import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import type { VersionFile } from '../policy/version-file-policy.ts';
import { addUpgrading } from './add-upgrading.ts';
import { mergeUpgrading } from './merge-upgrading.ts';
import { mergeVersionFile } from './merge-version-file.ts';

const manifest = (version: string, more = ''): string => `[package]\nname = "a"\nversion = "${version}"\n${more}`;
const cargo: readonly VersionFile[] = [{ path: 'Cargo.toml', kind: 'cargo-toml' }];

void test('of two versions the higher one stays, with what else one side changed', () => {
  const merge = (base: string, ours: string, theirs: string) => mergeVersionFile(cargo, { base, ours, theirs });
  const [base, ours, theirs] = [manifest('0.4.0'), manifest('0.5.0'), manifest('0.4.1')];
  assert.equal(merge(base, ours, theirs).is, 'unchanged');
  assert.deepEqual(merge(base, theirs, ours), { is: 'edited', text: ours });
  const fixed = manifest('0.4.1', '[profile.release]\nlto = true\n');
  assert.deepEqual(merge(base, ours, fixed), {
    is: 'edited',
    text: manifest('0.5.0', '[profile.release]\nlto = true\n'),
  });
  assert.equal(merge(base, manifest('0.5.0', '# more\n'), theirs).is, 'unchanged');
  assert.equal(merge(base, manifest('0.5.0', '# same\n'), manifest('0.4.1', '# same\n')).is, 'unchanged');
});

void test('what both sides changed besides the version is for a person', () => {
  const sides = { base: manifest('0.4.0'), ours: manifest('0.5.0', '# one\n'), theirs: manifest('0.4.1', '# two\n') };
  assert.equal(mergeVersionFile(cargo, sides).is, 'refused');
  assert.equal(mergeVersionFile(cargo, { ...sides, theirs: 'nothing here\n' }).is, 'refused');
  assert.equal(mergeVersionFile(cargo, { base: '', ours: '', theirs: '' }).is, 'refused');
});

const sectionsOf = '# Upgrading\n\n## 0.4.0\n\n- **Breaking:** none\n- **Way back:** binary\n';
const tableOf = [
  '# Upgrading',
  '',
  '| Version | Breaking changes | Environment variables | Migrations | Way back |',
  '| ------- | ---------------- | --------------------- | ---------- | -------- |',
  '| 0.4.0   | none             | none                  | none       | binary   |',
  '',
].join('\n');

for (const [form, base] of [
  ['sections', sectionsOf],
  ['rows', tableOf],
] as const)
  void test(`notes of a hotfix find their place below those of a newer version: ${form}`, () => {
    const [ours, theirs] = [withNotes(base, '0.5.0'), withNotes(base, '0.4.1')];
    const merged = mergeUpgrading({ base, ours, theirs });
    assert.deepEqual(merged, { is: 'edited', text: withNotes(ours, '0.4.1') });
    assert.ok(merged.is === 'edited');
    const places = ['0.5.0', '0.4.1', '0.4.0'].map((version) => merged.text.indexOf(version));
    assert.deepEqual(
      places,
      places.toSorted((left, right) => left - right),
    );
    assert.equal(mergeUpgrading({ base, ours: merged.text, theirs }).is, 'unchanged');
    const more = theirs.replace('# Upgrading', '# Upgrading it');
    assert.equal(mergeUpgrading({ base, ours, theirs: more }).is, 'refused', 'more than notes was changed');
    const other = withNotes(ours, '0.4.1', 'restore');
    assert.equal(mergeUpgrading({ base, ours: other, theirs }).is, 'refused', 'the two say different things');
  });

function withNotes(text: string, version: string, wayBack: 'binary' | 'restore' = 'binary'): string {
  const fields = { breaking: [], environment: [], migrations: [], wayBack };
  const edit = addUpgrading(text, { version: readVersion(version), fields });
  assert.ok(edit.is === 'edited', JSON.stringify(edit));
  return edit.text;
}
