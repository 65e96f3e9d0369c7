import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact } from './redact.ts';

const cases: readonly (readonly [string, Record<string, string>, string])[] = [
  ['https://ada:pw@host/x', {}, 'https://[secret]@host/x'],
  ['Authorization: Bearer abcdefgh123', {}, 'Authorization: Bearer [secret]'],
  ['value s3cret-value here', { API_TOKEN: 's3cret-value' }, 'value [secret] here'],
  ['value s3cret-value-longer', { API_TOKEN: 's3cret-value', OTHER_PASSWORD: 's3cret-value-longer' }, 'value [secret]'],
  ['plain words', { API_TOKEN: 'plain' }, 'plain words'],
  ['/var/ada/project/x.ts', { HOME: '/var/ada' }, '~/project/x.ts'],
];
for (const [text, env, wanted] of cases)
  test(`redact() turns ${JSON.stringify(text)} into ${JSON.stringify(wanted)}`, () =>
    assert.equal(redact(text, env), wanted));
