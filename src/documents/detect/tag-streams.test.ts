import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { isIgnoredTag, parseTagPattern } from '../../policy/tag-pattern.ts';
import { readTagStreams } from './tag-streams.ts';

test('tags of the project are counted, and those of other streams get a pattern that ignores them and nothing else', () => {
  const own = ['v0.1.0', 'v0.2.0-rc.1', 'v1.0.0'];
  const others = [
    'api/v1.2.3',
    'api/v1.3.0-beta.1',
    'chart-0.1.0',
    'tools/gen/v0.3',
    'sdk@2.0.0',
    'a.b+c-1.0.0',
    'x-v1.0',
  ];
  const kept = [
    'nightly',
    'v1.0.0-beta.1',
    'withdrawn/v1.0.0/1',
    'checkpoint/1',
    '1.0.0',
    'release-candidate',
    'before-2024',
  ];
  const streams = readTagStreams([...own, ...others, ...kept]);
  equal(streams.releases, 3);
  equal(streams.bare, 1);
  const patterns = streams.others.map((pattern) => {
    const parsed = parseTagPattern(pattern);
    if (parsed.is === 'refused') throw new Error(`${pattern}: ${parsed.reason}`);
    return parsed.value;
  });
  const ignored = [...own, ...others, ...kept].filter((name) => isIgnoredTag(name, patterns));
  deepEqual(
    ignored,
    others.filter((name) => name !== 'a.b+c-1.0.0'),
  );
});

test('no tags give nothing', () => deepEqual(readTagStreams([]), { releases: 0, bare: 0, others: [] }));
