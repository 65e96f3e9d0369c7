import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isIgnoredTag, parseTagPattern } from './tag-pattern.ts';

const accepted = [
  String.raw`^v0\.(3[5-9]|[4-9]\d|\d{3})\.`,
  '^(api|client/pkg|raft)/v',
  String.raw`^(?!withdrawn/|restored/|checkpoint/).+/`,
  String.raw`^v\d+\.\d+\.\d+-nightly\.\d+$`,
  String.raw`^lib-v\d{1,3}(\.\d{1,3}){2}$`,
  '^[a-z]+-plugin@',
  '^(api|client|etcdctl|etcdutl|pkg|raft|server|tests)/v',
  String.raw`^(?<stream>cli)/v\d`,
  String.raw`\p{Lu}`,
];

for (const pattern of accepted)
  test(`parseTagPattern() accepts ${pattern}`, () => assert.equal(parseTagPattern(pattern).is, 'ok'));

const refused: readonly (readonly [string, RegExp])[] = [
  ['(a+)+$', /repeats a group/],
  ['(a|a)*$', /repeats a group/],
  ['((a|b))*$', /repeats a group/],
  ['(x*){10}', /repeats a group/],
  ['(?:a{2,})+', /repeats a group/],
  ['(?:a?){8}'.repeat(20), /too many optional/],
  ['a?'.repeat(30), /too many optional/],
  ['(a|a)'.repeat(30), /too many optional/],
  [String.raw`^\d+\d+x`, /side by side/],
  ['^a+b?a+$', /side by side/],
  [String.raw`(a)\1`, /back-reference/],
  [String.raw`(?<x>a)\k<x>`, /back-reference/],
  ['^a+b+1c+d+e+f+g+', /side by side|more than six/],
  ['^a+1b+2c+3d+4e+5f+6g+', /more than six/],
  ['(', /not a regular expression/],
  [String.raw`\-`, /not a regular expression/],
  ['a'.repeat(201), /longer than 200/],
  ['', /matches withdrawn/],
  ['.', /matches withdrawn/],
  ['/', /matches withdrawn/],
  ['^restored/', /matches restored/],
  ['^checkpoint', /matches checkpoint/],
  [String.raw`^v\d`, /every release tag/],
];

for (const [pattern, reason] of refused)
  test(`parseTagPattern() refuses ${pattern.slice(0, 40)}`, () => {
    const parsed = parseTagPattern(pattern);
    assert.match(parsed.is === 'refused' ? parsed.reason : 'accepted', reason);
  });

test('isIgnoredTag() never ignores a name above 512 characters', () => {
  assert.equal(isIgnoredTag('api/v1.0.0', [/^api/u]), true);
  assert.equal(isIgnoredTag(`api/${'x'.repeat(600)}`, [/^api/u]), false);
});
