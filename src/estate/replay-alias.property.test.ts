import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, readVersion } from '../domain/version.ts';
import type { Alias } from './alias.ts';
import { aliasesOf } from './alias.ts';
import type { Decision } from './decisions.ts';
import { withdrawalsInForce } from './decisions.ts';
import type { AliasFacts, CommittedRelease } from './judge-alias.ts';
import { aliasTarget, judgeAlias } from './judge-alias.ts';
import type { AliasMoment, DatedEvent } from './replay-alias.ts';
import { replayAlias } from './replay-alias.ts';

const channels = { major: 'always', latest: { kind: 'highest' } } as const;
const someTag = objectId('0'.repeat(40));
const texts = ['1.0.0', '1.0.1', '1.1.0', '1.1.0-rc.1', '2.0.0'];
const all = texts.map(readVersion);

const times = fc.nat(20);
const published = fc
  .record({ version: fc.constantFrom(...all), claimedAt: times })
  .map(({ version, claimedAt }): DatedEvent => ({
    kind: 'published',
    release: releaseOf(version),
    claimedAt,
    by: 'Ada',
  }));
const decided = fc
  .record({
    version: fc.constantFrom(...all),
    number: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom('withdrawn', 'restored'),
    aliases: fc.constantFrom('move', 'move', 'hold'),
    claimedAt: times,
  })
  .map(({ claimedAt, ...said }): DatedEvent => ({ kind: 'decided', decision: decisionOf(said), claimedAt, by: 'Ada' }));
const checkpointed = fc
  .record({
    number: fc.integer({ min: 1, max: 3 }),
    version: fc.constantFrom(...all),
    state: fc.constantFrom('published', 'withdrawn'),
    decisions: fc.nat(3),
    claimedAt: times,
  })
  .map(({ number, claimedAt, version, state, decisions }): DatedEvent => {
    const entry = { version, release: someTag, digest: releaseOf(version).digest, statement: undefined };
    return { kind: 'checkpoint', number, entries: [{ ...entry, state, decisions }], claimedAt, by: 'Bob' };
  });
const histories = fc
  .record({
    releases: fc.uniqueArray(published, { maxLength: 5, selector: nameOf }),
    decisions: fc.uniqueArray(decided, { maxLength: 6, selector: nameOf }),
    checkpoints: fc.uniqueArray(checkpointed, { maxLength: 2, selector: nameOf }),
  })
  .map(({ releases, decisions, checkpoints }) => [...releases, ...decisions, ...checkpoints]);
const aliases = fc.constantFrom<Alias>(...aliasesOf(all, channels));

void test('the last state of replayAlias() is what the rule says of all facts at once: nothing is left to do', () => {
  fc.assert(
    fc.property(aliases, histories, (alias, events) => {
      const facts = factsOf(events);
      const end = replayAlias(alias, events).at(-1)?.value;
      const left = judgeAlias(alias, end?.digest, facts);
      assert.ok(left.is === 'right' || left.is === 'stays' || left.is === 'absent', left.is);
      const target = aliasTarget(alias, facts);
      if (left.is !== 'stays') assert.deepEqual(end?.version, target?.version);
    }),
    { numRuns: 3000 },
  );
});

void test('while nothing is held replayAlias() ends at aliasTarget(), in whatever order the clocks put the events', () => {
  fc.assert(
    fc.property(aliases, histories, fc.infiniteStream(times), (alias, events, clock) => {
      const unheld = events.filter((one) => one.kind !== 'decided' || !isHold(one.decision));
      const moved = unheld.map((event): DatedEvent => ({ ...event, claimedAt: clock.next().value ?? 0 }));
      const target = aliasTarget(alias, factsOf(moved));
      if (target === undefined) return;
      assert.deepEqual(replayAlias(alias, moved).at(-1)?.value?.version, target.version);
    }),
    { numRuns: 3000 },
  );
});

void test('replayAlias() tells the same whatever order the events are given in', () => {
  fc.assert(
    fc.property(aliases, histories, fc.infiniteStream(fc.nat(99)), (alias, events, order) => {
      const shuffled = events
        .map((event) => ({ event, at: order.next().value ?? 0 }))
        .toSorted((left, right) => left.at - right.at)
        .map(({ event }) => event);
      assert.deepEqual(replayAlias(alias, shuffled).map(outline), replayAlias(alias, events).map(outline));
    }),
    { numRuns: 2000 },
  );
});

void test('replayAlias() keeps withdrawals and restores that move nothing, and leaves out what does not concern the alias', () => {
  const minor = { kind: 'minor', name: '1.0', major: 1, minor: 0 } as const;
  const [oldest, patch, next] = all;
  assert.ok(oldest && patch && next);
  const moments = replayAlias(minor, [
    { kind: 'published', release: releaseOf(oldest), claimedAt: 1, by: 'Ada' },
    { kind: 'published', release: releaseOf(next), claimedAt: 2, by: 'Ada' },
    { kind: 'published', release: releaseOf(patch), claimedAt: 3, by: 'Ada' },
    withdrawalOf(oldest, 4),
    withdrawalOf(next, 5),
    withdrawalOf(patch, 6),
  ]);
  assert.deepEqual(moments.map(outline), [
    '1 published 1.0.0 moved',
    '3 published 1.0.1 moved',
    '4 decided 1.0.1 stays',
    '6 decided 1.0.1 stays',
  ]);
});

void test('replayAlias() goes by the times that are claimed, not by what kind of event it is', () => {
  const minor = { kind: 'minor', name: '1.0', major: 1, minor: 0 } as const;
  const [oldest, patch] = all;
  assert.ok(oldest && patch);
  const moments = replayAlias(minor, [
    { kind: 'published', release: releaseOf(patch), claimedAt: 3, by: 'Ada' },
    withdrawalOf(oldest, 2),
    { kind: 'published', release: releaseOf(oldest), claimedAt: 1, by: 'Ada' },
  ]);
  assert.deepEqual(moments.map(outline), [
    '1 published 1.0.0 moved',
    '2 decided 1.0.0 stays',
    '3 published 1.0.1 moved',
  ]);
});

function outline({ event, value, moved }: AliasMoment): string {
  const at = value === undefined ? '-' : formatVersion(value.version);
  return `${event.claimedAt} ${event.kind} ${at} ${moved ? 'moved' : 'stays'}`;
}

function withdrawalOf(version: Version, claimedAt: number): DatedEvent {
  const decision = decisionOf({ kind: 'withdrawn', version, number: 1, aliases: 'move' });
  return { kind: 'decided', decision, claimedAt, by: 'Ada' };
}

function decisionOf(said: {
  readonly kind: 'withdrawn' | 'restored';
  readonly version: Version;
  readonly number: number;
  readonly aliases: 'move' | 'hold';
}): Decision {
  const { version, number, aliases } = said;
  const common = { version, number, release: someTag, digest: releaseOf(version).digest, reason: 'broken' };
  return said.kind === 'withdrawn'
    ? { kind: 'withdrawn', ...common, aliases, useInstead: undefined }
    : { kind: 'restored', ...common };
}

function isHold(decision: Decision): boolean {
  return decision.kind === 'withdrawn' && decision.aliases === 'hold';
}

function releaseOf(version: Version): CommittedRelease {
  return { version, digest: digestOf(formatVersion(version)), platforms: [] };
}

/** Two events of one name cannot both count. */
function nameOf(event: DatedEvent): string {
  switch (event.kind) {
    case 'published':
      return formatVersion(event.release.version);
    case 'decided':
      return `${event.decision.kind} ${event.decision.number} ${formatVersion(event.decision.version)}`;
    case 'checkpoint':
      return `${event.number}`;
  }
}

function factsOf(events: readonly DatedEvent[]): AliasFacts {
  const decisions = events.flatMap((event) => (event.kind === 'decided' ? [event.decision] : []));
  const checkpoints = events.flatMap((event) => (event.kind === 'checkpoint' ? [event] : []));
  const committed = events.flatMap((event) => (event.kind === 'published' ? [event.release] : []));
  return { committed, withdrawals: withdrawalsInForce(decisions, checkpoints), imageTags: [] };
}
