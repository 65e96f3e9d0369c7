import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideCredentials } from './told-back.ts';

void test('hideCredentials() takes out what was sent in every form a server could tell it back', () => {
  const basic = Buffer.from('ada:pass"word:x').toString('base64');
  for (const told of [`Basic ${basic}`, basic, 'ada:pass"word:x', 'pass"word:x', 'pass\\"word:x'])
    assert.doesNotMatch(hideCredentials(`denied for ${told}.`, [`Basic ${basic}`]), /word|YWRh/, told);
  assert.equal(hideCredentials('bad token abc.def', ['Bearer abc.def', undefined]), 'bad token [secret]');
  assert.equal(hideCredentials('bad token abc.def', ['abc.def']), 'bad token [secret]');
});

void test('hideCredentials() leaves a text as it is where nothing was sent, or only something too short to be told apart', () => {
  assert.equal(hideCredentials('no rights here', []), 'no rights here');
  const short = `Basic ${Buffer.from('a:no').toString('base64')}`;
  assert.equal(hideCredentials('no rights here', [short]), 'no rights here');
});
