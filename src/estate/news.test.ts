import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import { readVersion } from '../domain/version.ts';
import type { AnnouncePolicy } from '../policy/announce-schema.ts';
import type { AnnouncementName } from './announcement-tag.ts';
import { announcementTag, parseAnnouncementTag } from './announcement-tag.ts';
import type { RestoreDecision, WithdrawalDecision } from './decisions.ts';
import type { DueFacts, News } from './news.ts';
import { dueAnnouncements, newsAge, newsOf } from './news.ts';

const version = readVersion('1.1.0');
const now = 1_800_000_000;
const common = {
  version,
  release: objectId('a'.repeat(40)),
  digest: digestOf('image'),
  reason: 'x',
  claimedAt: now - 60,
};
const withdrawal = (number: number): WithdrawalDecision => {
  return { ...common, kind: 'withdrawn', number, aliases: 'move', useInstead: undefined };
};
const restore = (number: number): RestoreDecision => ({ ...common, kind: 'restored', number });
const standing = { version, withdrawal: undefined, restore: undefined };

test('a channel hears of each change once, and of nothing twice', () => {
  const told: News[] = [];
  const hear = (facts: { withdrawal?: WithdrawalDecision; restore?: RestoreDecision }): string => {
    const news = newsOf({ ...standing, ...facts }, told);
    if (news !== undefined) told.push(news);
    equal(newsOf({ ...standing, ...facts }, told), undefined, 'told again');
    return news === undefined ? 'nothing' : `${news.kind} ${news.number}`;
  };
  equal(hear({}), 'released 0');
  equal(hear({ withdrawal: withdrawal(1) }), 'withdrawn 1');
  equal(hear({ withdrawal: withdrawal(2) }), 'nothing', 'another word about the aliases');
  equal(hear({ restore: restore(2) }), 'restored 1');
  equal(hear({ withdrawal: withdrawal(3) }), 'withdrawn 3');
  equal(hear({ restore: restore(3) }), 'restored 3');
});

test('a channel that never heard of a version hears only how it stands', () => {
  deepEqual(newsOf({ ...standing, withdrawal: withdrawal(4) }, []), { kind: 'withdrawn', number: 4 });
  deepEqual(newsOf({ ...standing, restore: restore(1) }, []), { kind: 'released', number: 0 });
  const missed = [{ kind: 'released', number: 0 } as const];
  equal(newsOf({ ...standing, restore: restore(1) }, missed), undefined, 'it was away and is back');
  // A checkpoint may stand for withdrawals by a number that a restore was told under.
  const again = [{ kind: 'restored', number: 3 } as const];
  deepEqual(newsOf({ ...standing, withdrawal: withdrawal(3) }, again), { kind: 'withdrawn', number: 4 });
});

test('a withdrawal by a key that counts no more is told nobody, and neither is the release it speaks of', () => {
  const retired = { ...withdrawal(4), isRetired: true };
  equal(newsOf({ ...standing, withdrawal: retired }, []), undefined);
  equal(newsOf({ ...standing, withdrawal: retired }, [{ kind: 'released', number: 0 }]), undefined);
});

test('whatever happens while a channel is told or not, no record stands in the place of another', () => {
  const happening = fc.record({ withdrawn: fc.boolean(), isTold: fc.boolean() });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 12 }), (story) => {
      const told: News[] = [];
      let number = 0;
      let was = false;
      for (const { withdrawn, isTold } of story) {
        if (withdrawn && !was) number += 1;
        was = withdrawn;
        const facts = withdrawn
          ? { ...standing, withdrawal: withdrawal(number) }
          : { ...standing, restore: number === 0 ? undefined : restore(number) };
        const news = newsOf(facts, told);
        if (news === undefined || !isTold) continue;
        told.push(news);
        const believed = news.kind === 'withdrawn';
        equal(believed, withdrawn, 'the last that was told is how it stands');
      }
      equal(new Set(told.map((news) => `${news.kind} ${news.number}`)).size, told.length);
    }),
  );
});

test('due is what is fresh, current and of the right class', () => {
  const chat: AnnouncePolicy = {
    kind: 'webhook',
    name: 'chat',
    classes: ['stable'],
    auto: true,
    host: 'hooks.example.org',
    urlVariable: 'CHAT_URL',
    timeoutSeconds: 10,
  };
  const log: AnnouncePolicy = { kind: 'file', name: 'log', classes: ['rc', 'stable'], auto: false, path: 'log.md' };
  const facts = { ...standing, isCurrent: true, taggedAt: now - 60 };
  const due = (change: Partial<DueFacts>, told: readonly AnnouncementName[] = []): string =>
    dueAnnouncements([chat, log], [{ ...facts, ...change }], { now, told })
      .map((one) => `${one.channel}${one.auto ? '!' : ''} ${one.kind}`)
      .join(', ');
  equal(due({}), 'chat! released, log released');
  equal(due({ version: readVersion('1.2.0-rc.1') }), 'log released');
  equal(due({ isCurrent: false }), '', 'overtaken');
  equal(due({ taggedAt: now - newsAge - 1 }), '', 'old');
  equal(due({ taggedAt: undefined }), '');
  equal(due({ isCurrent: false, withdrawal: withdrawal(1) }), 'chat! withdrawn, log withdrawn');
  equal(due({ withdrawal: { ...withdrawal(1), claimedAt: now - newsAge - 1 } }), '');
  const told = [{ kind: 'released', number: 0, channel: 'log', version } as const];
  equal(due({}, told), 'chat! released');
  equal(due({ version: readVersion('1.1.1') }, told), 'chat! released, log released', 'told of another version');
});

test('parseAnnouncementTag() reads what announcementTag() writes, and nothing else', () => {
  const versions = fc.constantFrom('1.0.0', '1.0.0-rc.1', '1.0.0-rc.1-2', '0.10.20').map(readVersion);
  const channels = fc.constantFrom('chat', 'chat-1', 'a', 'x-2-y', 'rc');
  const names = fc.oneof(
    fc.record({ kind: fc.constant('released' as const), number: fc.constant(0), channel: channels, version: versions }),
    fc.record({
      kind: fc.constantFrom('withdrawn' as const, 'restored' as const),
      number: fc.integer({ min: 1, max: 999_999_999 }),
      channel: channels,
      version: versions,
    }),
  );
  fc.assert(
    fc.property(names, (name) => {
      const parsed = parseAnnouncementTag(announcementTag(name));
      deepEqual(parsed.is === 'ok' ? parsed.value : parsed, { ...name });
    }),
  );
  const others = ['announced-released-1-chat-1.0.0', 'announced-withdrawn-chat-1.0.0', 'announced-released-chat-1.0'];
  for (const tag of [...others, 'announced-released--1.0.0', 'withdrawn-1-aaaaaaaaaaaa-1.0.0', 'latest', '1.0.0'])
    equal(parseAnnouncementTag(tag).is, 'refused', tag);
});
