import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAuthChallenges } from './auth-challenge.ts';
import { nextLink } from './link-header.ts';

function show(...headers: string[]): unknown {
  return parseAuthChallenges(headers).map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }));
}

test('parseAuthChallenges() reads several challenges of one header and of several headers', () => {
  assert.deepEqual(
    show('Negotiate, Basic realm="a, b", BEARER Realm="https://x/t" , service=reg,scope="a b"', 'Digest nonce="n"'),
    [
      { scheme: 'negotiate' },
      { scheme: 'basic', realm: 'a, b' },
      { scheme: 'bearer', realm: 'https://x/t', service: 'reg', scope: 'a b' },
      { scheme: 'digest', nonce: 'n' },
    ],
  );
});

test('parseAuthChallenges() passes over token68 and reads bare URLs and escaped quotes', () => {
  assert.deepEqual(show('Negotiate YIIC==, Bearer realm=https://x/token,service="say \\"hi\\""'), [
    { scheme: 'negotiate' },
    { scheme: 'bearer', realm: 'https://x/token', service: 'say "hi"' },
  ]);
});

test('parseAuthChallenges() keeps the first of two parameters of one name', () => {
  assert.deepEqual(show('Bearer realm="https://good/",realm="https://evil/"'), [
    { scheme: 'bearer', realm: 'https://good/' },
  ]);
});

test('parseAuthChallenges() keeps what it could read before something broken, and the other headers', () => {
  assert.deepEqual(show('Basic realm="never closed', 'Bearer realm="x"'), [
    { scheme: 'basic' },
    { scheme: 'bearer', realm: 'x' },
  ]);
  assert.deepEqual(show('', ',,', '"', '='), []);
});

test('nextLink() takes rel=next only, quoted or not, among several links and parameters', () => {
  assert.equal(nextLink(['<a>; rel=prev, <b?x=1,2>; title="rel=next, <c>"; rel="last next"']), 'b?x=1,2');
  assert.equal(nextLink(['<a>; rel="nextish"', '<b>; notrel=next', 'c; rel=next', '<d>; REL=NEXT']), 'd');
  assert.equal(nextLink(['<a>; title="; rel=next"']), undefined);
  assert.equal(nextLink(['<a']), undefined);
});
