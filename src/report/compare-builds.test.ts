import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../domain/digest.ts';
import type { BuiltEntry, BuiltParts } from './compare-builds.ts';
import { compareEntries, compareParts } from './compare-builds.ts';

const layer = (note: string, packed = note) => ({ digest: digestOf(packed), diffId: digestOf(note) });
const parts: BuiltParts = {
  annotations: { a: '1' },
  config: { os: 'linux', created: 'then', config: { Env: ['A=1'], User: '1' }, rootfs: { diff_ids: [] } },
  layers: [layer('base'), layer('app')],
};

test('equal parts do not differ, and the list of layers in the configuration is left to the layers', () => {
  deepEqual(compareParts(parts, { ...parts, config: { ...parts.config, rootfs: 7 } }), { lines: [], layers: [] });
});

test('configuration and annotations are compared by member, also those that one of the two lacks', () => {
  const config = { os: 'linux', created: 'now', config: { User: '1', Cmd: [] }, rootfs: { diff_ids: [] } };
  deepEqual(compareParts(parts, { ...parts, annotations: { b: '1' }, config }).lines, [
    'other in the configuration: "config.Cmd", "config.Env", "created"',
    'other annotations: "a", "b"',
  ]);
});

test('a layer with other content is to be looked into, one that is only compressed in another way is not', () => {
  const here = { ...parts, layers: [layer('base', 'gzip of base'), layer('other')] };
  deepEqual(compareParts(parts, here), { lines: ['layer 1 is compressed in another way'], layers: [1] });
});

test('layers too many and too few are said', () => {
  const [first] = parts.layers;
  const fewer = { ...parts, layers: first === undefined ? [] : [first] };
  deepEqual(compareParts(parts, fewer).lines, ['it has 1 layers, 2 were released']);
  deepEqual(compareParts(fewer, parts).lines, ['it has 2 layers, 1 were released']);
});

const file = (path: string, more: Partial<BuiltEntry> = {}): BuiltEntry => ({
  path,
  kind: 'file',
  mode: 0o644,
  target: '',
  digest: digestOf('x'),
  ...more,
});

test('each entry is compared by kind, bytes, target and rights, whatever its path begins or ends with', () => {
  const link = { kind: 'symlink', target: 'a' } as const;
  const released = [file('./same/', { kind: 'directory' }), file('gone'), file('bytes'), file('rights'), file('kind')];
  const here = [
    file('/same', { kind: 'directory' }),
    file('new\u001b[2J'),
    file('bytes', { digest: digestOf('y') }),
    file('rights', { mode: 0o4755 }),
    file('kind', link),
    file('link', { ...link, target: 'b' }),
  ];
  deepEqual(compareEntries(2, [...released, file('link', link)], here), [
    [
      `layer 2: "new\\u{1b}[2J" is new`,
      '"gone" is missing',
      `"bytes" has other bytes (${digestOf('y').slice(0, 19)}, ${digestOf('x').slice(0, 19)} was released)`,
      '"rights" has the rights 4755, not 0644',
      '"kind" is a symlink, it was a file',
      '1 more',
    ].join(', '),
  ]);
  deepEqual(compareEntries(1, [file('link', link)], [file('link', { ...link, target: 'b' })]), [
    'layer 1: "link" leads to "b", not "a"',
  ]);
});

test('of two entries of one path the later counts', () => {
  deepEqual(compareEntries(1, [file('a', { digest: digestOf('y') }), file('a')], [file('a')]), [
    'layer 1: the same files with the same bytes and rights; times, owners or their order are other',
  ]);
});
