import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRegistryTag } from './registry-tags.ts';
import { newestStated } from './told-by-tags.ts';

test('the newest of a line is the highest stable version of it with a statement, by number and not by letters', () => {
  const names = ['1.2.9', '1.2.10', '1.2.11-rc.1', '1.20.0', '12.0.0', '2.0.0-rc.1'];
  const tags = [...names.map((name) => `statement-${name}`), '1.2.12', '1.2', 'statement-x'].map(readRegistryTag);
  const found = ['1.2', '1', '12', '2', '3'].map((alias) => newestStated(tags, alias));
  assert.deepEqual(found, ['1.2.10', '1.20.0', '12.0.0', undefined, undefined]);
});
