import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, readVersion } from '../domain/version.ts';
import type { WithdrawalDecision } from '../estate/decisions.ts';
import { replayAlias } from '../estate/replay-alias.ts';
import type { DatedEvent } from '../estate/replay-alias.ts';
import { describeMoment } from './describe-moment.ts';

const latest = { kind: 'latest', name: 'latest', line: undefined } as const;
const [one, two] = [readVersion('1.0.0'), readVersion('1.1.0')];
const release = objectId('0'.repeat(40));

void test('describeMoment() says why an alias moved, was held, had nowhere to go, or was not there', () => {
  const told = (events: readonly DatedEvent[]): readonly string[] => replayAlias(latest, events).map(describeMoment);
  const begin = [published(one, 1), published(two, 2)];
  assert.deepEqual(told([...begin, withdrawn(two, 3, 'move'), restored(two, 4)]), [
    '1.0.0 was released',
    '1.1.0 was released',
    '1.1.0 was withdrawn: loses uploads',
    '1.1.0 was restored: it was the proxy',
  ]);
  assert.deepEqual(told([...begin, withdrawn(two, 3, 'hold')]).slice(2), [
    '1.1.0 was withdrawn: loses uploads; held there until a higher version',
  ]);
  assert.deepEqual(told([...begin, withdrawn(one, 3, 'move'), withdrawn(two, 4, 'move')]).slice(2), [
    '1.0.0 was withdrawn: loses uploads; it was not there',
    '1.1.0 was withdrawn: loses uploads; no other version was left',
  ]);
});

void test('describeMoment() names the checkpoint that settled a version', () => {
  const entry = { version: two, release, digest: digestFor(two), statement: undefined, decisions: 1 };
  const events: readonly DatedEvent[] = [
    published(one, 1),
    published(two, 2),
    withdrawn(two, 3, 'move'),
    { kind: 'checkpoint', number: 2, entries: [{ ...entry, state: 'published' }], claimedAt: 4, by: 'Bob' },
  ];
  const last = replayAlias(latest, events).at(-1);
  assert.equal(last && describeMoment(last), 'checkpoint 2 settled what was decided before');
});

function published(version: Version, claimedAt: number): DatedEvent {
  return { kind: 'published', release: { version, digest: digestFor(version), platforms: [] }, claimedAt, by: 'Ada' };
}

function withdrawn(version: Version, claimedAt: number, aliases: WithdrawalDecision['aliases']): DatedEvent {
  const about = { version, number: 1, release, digest: digestFor(version), reason: 'loses uploads' };
  const decision = { kind: 'withdrawn', ...about, aliases, useInstead: undefined } as const;
  return { kind: 'decided', decision, claimedAt, by: 'Ada' };
}

function restored(version: Version, claimedAt: number): DatedEvent {
  const about = { version, number: 1, release, digest: digestFor(version), reason: 'it was the proxy' };
  return { kind: 'decided', decision: { kind: 'restored', ...about }, claimedAt, by: 'Ada' };
}

function digestFor(version: Version): ReturnType<typeof digestOf> {
  return digestOf(formatVersion(version));
}
