import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { renderYaml } from './yaml-text.ts';

function lineOf(label: string): string {
  return renderYaml({ on: { push: true }, jobs: { a: { 'runs-on': label } } }, []);
}

test('a text that some reader of YAML takes for a number, a time, a truth value or nothing is quoted', () => {
  const typed = ['1_000', '1e3', '0o7', '0O7', '0b1', '0X1F', '0777', '1_0.5', '2026-11-26', '12:30:45'];
  for (const label of [
    ...typed,
    'on',
    'Off',
    'YES',
    'n',
    'true',
    'null',
    '~',
    '.5',
    '-1',
    '+1',
    '.inf',
    '-.Inf',
    '.NaN',
  ]) {
    const text = lineOf(label);
    assert.ok(text.includes(`runs-on: '${label}'\n`), text);
    assert.deepEqual(parse(text, { version: '1.1' }).jobs, { a: { 'runs-on': label } });
  }
});

test('any other label is written as it is, and so is a key', () => {
  for (const label of ['ubuntu-24.04', 'docker', 'arm64', 'on-arm', 'no_1', 'x1', 'y2', '24.21.0'])
    assert.ok(lineOf(label).includes(`runs-on: ${label}\n`), lineOf(label));
  assert.match(lineOf('docker'), /^on:$/m);
});
