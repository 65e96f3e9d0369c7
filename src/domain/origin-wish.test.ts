import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectId } from './object-id.ts';
import type { OriginWish } from './origin-wish.ts';
import { readOriginWish, trailersOf } from './origin-wish.ts';
import { formatReleaseMessage } from './release-message.ts';
import { readVersion } from './version.ts';

const version = readVersion('1.2.3');
const object = objectId('a'.repeat(40));

void test('what a tag wishes is read back from the message it was written into', () => {
  const wishes: readonly OriginWish[] = [
    { kind: 'unsaid' },
    { kind: 'promote', version: readVersion('1.2.3-rc.4'), tagObject: object },
    { kind: 'promote', version: readVersion('1.2.3-rc.4'), tagObject: objectId('b'.repeat(64)) },
    { kind: 'rebuild', reason: 'the base image had to be mended: CVE-1' },
  ];
  for (const wish of wishes) {
    const message = formatReleaseMessage({ title: 'Release v1.2.3', text: 'Some text.', trailers: trailersOf(wish) });
    assert.ok(message.is === 'ok');
    assert.deepEqual(readOriginWish(message.value, version), { is: 'ok', value: wish });
  }
});

void test('a line in the text, or one of another name, wishes nothing', () => {
  for (const message of [
    'Release v1.2.3\n',
    `Release v1.2.3\n\nPromotes: v1.2.3-rc.4 ${object}\nis what we do.\n`,
    'Release v1.2.3\n\nRebuild: because\n\nSigned-off-by: Ada\n',
    'Rebuild: because',
  ])
    assert.deepEqual(readOriginWish(message, version), { is: 'ok', value: { kind: 'unsaid' } });
});

void test('a message that says two things, or names no candidate of this version, is refused', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[`Promotes: v1.2.3-rc.1 ${object}`, 'Rebuild: because'], /has 2 lines "Promotes" or "Rebuild"/],
    [['Rebuild: because', 'Rebuild: because'], /has 2 lines/],
    [[`Promotes: v1.2.4-rc.1 ${object}`], /promotes "v1\.2\.4-rc\.1", which is no candidate of 1\.2\.3/],
    [[`Promotes: v1.2.3 ${object}`], /is wanted/],
    [[`Promotes: 1.2.3-rc.1 ${object}`], /is wanted/],
    [[`Promotes: v1.2.3-beta.1 ${object}`], /is wanted/],
    [['Promotes: v1.2.3-rc.1'], /is wanted/],
    [['Promotes: v1.2.3-rc.1 abc'], /is wanted/],
    [[`Promotes: v1.2.3-rc.1 ${object} x`], /is wanted/],
  ];
  for (const [lines, reason] of cases) {
    const read = readOriginWish(`Release v1.2.3\n\n${lines.join('\n')}\n`, version);
    assert.equal(read.is, 'refused', lines.join());
    assert.match(read.is === 'refused' ? read.reason : '', reason);
  }
});
