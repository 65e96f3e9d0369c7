import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../../test/make/property-runs.ts';
import { readVersion } from '../domain/version.ts';
import type { VersionFile } from '../policy/version-file-policy.ts';
import { readVersionOf, setVersion } from './version-file.ts';

const noise = fc.constantFrom(
  '',
  '# version = "9.9.9"\n',
  '\r\n',
  '[other]\nversion = "3.0.0"\n',
  'version = "2.0.0"\n',
  '[package]\n',
  '[workspace.package]\n',
  '[[package]]\nname = "a"\n',
  'source = "x"\n',
  'app:1.2.3\n',
  'x = """\n',
  '"""\n',
  '\uFEFF',
  'app:1.2.3-rc.1 app:1\n',
);
const text = fc.oneof(
  fc.array(noise, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.json(),
  fc
    .record({
      version: fc.string(),
      packages: fc.dictionary(fc.constantFrom('', 'a'), fc.record({ version: fc.string() })),
    })
    .map((value) => JSON.stringify(value, null, '\t')),
);
const file = fc.constantFrom<VersionFile>(
  { path: 'f', kind: 'cargo-toml' },
  { path: 'f', kind: 'cargo-lock', packages: undefined },
  { path: 'f', kind: 'package-json' },
  { path: 'f', kind: 'package-lock' },
  { path: 'f', kind: 'pattern', pattern: 'app:{version}' },
);

test('setVersion() changes the places readVersionOf() finds, nothing else', () => {
  let count = 0;
  fc.assert(
    fc.property(file, text, (file, before) => {
      const edit = setVersion(file, before, readVersion('10.20.30'));
      const found = readVersionOf(file, before);
      equal(edit.is === 'refused', found.is === 'refused');
      if (edit.is !== 'edited' || found.is !== 'ok') return;
      count += 1;
      const again = readVersionOf(file, edit.text);
      if (again.is === 'refused') throw new Error(again.reason);
      equal(again.value.length, found.value.length);
      for (const { version } of again.value) equal(version, '10.20.30');
      equal(setVersion(file, edit.text, readVersion('10.20.30')).is, 'unchanged');
      const added = found.value.reduce((sum, { version }) => sum + '10.20.30'.length - version.length, 0);
      equal(edit.text.length, before.length + added);
    }),
    { numRuns: propertyRuns(500) },
  );
  equal(count > 50, true, `only ${count} of 500 texts could be edited`);
});
