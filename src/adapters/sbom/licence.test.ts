import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { licenceChoice, statedLicence } from './licence.ts';
import { spdxExceptions, spdxLicences } from './spdx-ids-catalogue.ts';

test('a licence is an identifier or an expression only by the SPDX License List, else a name', () => {
  equal(kindOf('MIT'), 'id');
  equal(kindOf('GPL-2.0+'), 'id');
  for (const text of [
    'MIT OR Apache-2.0',
    'Apache-2.0+',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    '(MIT AND (BSD-3-Clause OR ISC)) OR Zlib',
    '(MIT)',
  ])
    equal(kindOf(text), 'expression', text);
  for (const text of [
    'mit',
    'MIT and ISC',
    'MIT ISC',
    'GPLv2+',
    'MIT OR',
    'OR MIT',
    'MIT OR ISC)',
    '(MIT OR ISC',
    ')MIT(',
    'MIT) OR (MIT',
    '()',
    'MIT (ISC)',
    'MIT WITH ISC',
    'MIT WITH LLVM-exception WITH LLVM-exception',
    'Classpath-exception-2.0',
    'LicenseRef-own',
    'SEE LICENSE IN x',
    '',
  ])
    equal(kindOf(text), 'name', text);
});

test('any text is a name, unless every word of it is known', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('MIT', 'AND', 'WITH', '(', ')', 'LLVM-exception', ' ', '+', 'x')), (parts) => {
      const text = parts.join(' ');
      if (kindOf(text) !== 'name') equal(parts.includes('x') || parts.includes('+'), false);
    }),
  );
});

test('of what a package.json states only a line of text counts', () => {
  deepEqual(
    ['MIT', ' ISC ', { type: 'BSD' }, { url: 'x' }, [], ['MIT'], '', ' ', 'a\nb', 1, null, undefined].map(
      statedLicence,
    ),
    ['MIT', 'ISC', 'BSD', ...Array.from({ length: 9 }, () => undefined)],
  );
});

test('the list is the one of the CycloneDX schema', () => {
  const schema = '../../../node_modules/@cyclonedx/cyclonedx-library/res/schema/spdx.SNAPSHOT.schema.json';
  const known = JSON.parse(readFileSync(new URL(schema, import.meta.url), 'utf8'));
  deepEqual([...spdxLicences, ...spdxExceptions], known.enum);
});

function kindOf(text: string): string {
  const choice = licenceChoice(text);
  return 'expression' in choice ? 'expression' : 'id' in choice.license ? 'id' : 'name';
}
