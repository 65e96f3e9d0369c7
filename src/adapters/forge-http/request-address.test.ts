import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestAddress } from './request-address.ts';

void test('the address of a merge request is one that a browser may be sent to', () => {
  const read = (address: unknown): string => requestAddress('open it', { html_url: String(address) }, 'html_url');
  assert.equal(read('https://github.com/acme/tiny/pull/7'), 'https://github.com/acme/tiny/pull/7');
  for (const address of [
    'javascript:alert(1)',
    'https://github.com@evil.example/',
    'https://a/\u001b[2J',
    'https://a b',
    '',
  ])
    assert.throws(() => read(address), { code: 'BAD_REPLY' }, address);
});
