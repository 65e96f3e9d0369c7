import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { propertyRuns } from '../../test/make/property-runs.ts';
import { readTomlEntries } from './toml-entries.ts';

const numRuns = propertyRuns(100);

const value = fc.constantFrom(
  '"1.0.0"',
  "'1.0.0' # comment \"",
  '1',
  '"""\n[package]\nversion = "9"\n"""',
  "'''\nversion = '9'''''",
  '["a", # ]\n "]",\n]',
  '{ version = "9", a = [1] }',
  '[[1], [ "[x]" ]]',
  '"a\\"#b"',
  'true # "',
);
const table = fc.constantFrom(
  'package',
  'workspace.package',
  ' workspace . package ',
  '"a b"',
  "'c.d'",
  'dependencies.x',
);
const tables = fc.array(fc.tuple(table, fc.array(value, { maxLength: 4 })), { maxLength: 5 });

test('readTomlEntries() finds the strings a TOML parser finds, at their places', () => {
  fc.assert(
    fc.property(tables, fc.constantFrom('\n', '\r\n'), (list, ending) => {
      const text = list
        .map(([name, values], at) => [
          `[t${at}.${name}] # ]`,
          ...values.map((item, key) => `  "k" . k${key} = ${item}`),
          '',
        ])
        .flat()
        .join('\n')
        .replaceAll('\n', ending);
      const entries = readTomlEntries(text);
      equal(
        entries.length,
        list.reduce((sum, [, values]) => sum + values.length, 0),
      );
      const tree: unknown = parse(text);
      for (const { table, key, value } of entries) {
        if (value === undefined) continue;
        equal(text.slice(value.start, value.end), value.text);
        deepEqual(lookUp(tree, [...table, ...key]), value.text);
      }
    }),
    { numRuns },
  );
});

test('readTomlEntries() ends on any text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '=', '"', "'", '#', '.', '\n', '\r', '\\', ' ', 'a') }),
      (text) => void readTomlEntries(text),
    ),
    { numRuns },
  );
});

function lookUp(tree: unknown, path: readonly string[]): unknown {
  return path.reduce((node, key) => {
    return typeof node === 'object' && node !== null
      ? Object.entries(node).find(([name]) => name === key)?.[1]
      : undefined;
  }, tree);
}
