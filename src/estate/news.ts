import type { AnnouncementKind } from '../domain/announcement.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, releaseClassOf } from '../domain/version.ts';
import type { AnnouncePolicy } from '../policy/announce-schema.ts';
import type { AnnouncementName } from './announcement-tag.ts';
import type { RestoreDecision, WithdrawalDecision } from './decisions.ts';

/** A published version as far as users have to be told about it. */
export interface NewsFacts {
  readonly version: Version;
  /** In force now. */
  readonly withdrawal: WithdrawalDecision | undefined;
  /** The newest restore that counts. */
  readonly restore: RestoreDecision | undefined;
}

/** What there is to tell, and which one it is. */
export type News = Pick<AnnouncementName, 'kind' | 'number'>;

/**
 * What the readers of a channel do not know yet about a version: the difference between how it stands and what they were told
 * last. A further withdrawal of a version they know as withdrawn is no news, nor is the restore of one they never heard of.
 */
export function newsOf(facts: NewsFacts, told: readonly News[]): News | undefined {
  const last = told.toSorted(byTime).at(-1);
  if (facts.withdrawal !== undefined) {
    // Whoever stole a key that is given up must not be able to alarm everybody.
    if (last?.kind === 'withdrawn' || facts.withdrawal.isRetired === true) return undefined;
    // Above what was told last, or the record would stand in the place of another one.
    return { kind: 'withdrawn', number: Math.max(facts.withdrawal.number, (last?.number ?? 0) + 1) };
  }
  if (last === undefined) return { kind: 'released', number: 0 };
  return last.kind === 'withdrawn' ? { kind: 'restored', number: last.number } : undefined;
}

/** Whether a channel takes releases like this one at all. */
export function takesClass({ classes }: Pick<AnnouncePolicy, 'classes'>, version: Version): boolean {
  const own = releaseClassOf(version);
  return own !== 'prerelease' && classes.includes(own);
}

/** News that should be told now, and by which channel. */
export interface DueAnnouncement extends AnnouncementName {
  /** Whether Cutwater tells it by itself. */
  readonly auto: boolean;
}

export interface DueFacts extends NewsFacts {
  /** Whether some alias points, or will point, at it: a release that was overtaken needs no announcement any more. */
  readonly isCurrent: boolean;
  /** When its release tag says it was made, Unix seconds. */
  readonly taggedAt: number | undefined;
}

/** News older than this are none: a project that begins to announce does not tell its whole history. 30 days, in seconds. */
export const newsAge = 30 * 24 * 3600;

/** What is due on every channel, in the order of the versions given. */
export function dueAnnouncements(
  channels: readonly AnnouncePolicy[],
  versions: readonly DueFacts[],
  known: { readonly now: number; readonly told: readonly AnnouncementName[] },
): readonly DueAnnouncement[] {
  return versions.flatMap((facts) =>
    channels
      .filter((channel) => takesClass(channel, facts.version))
      .flatMap((channel): readonly DueAnnouncement[] => {
        const told = known.told.filter((one) => one.channel === channel.name && isOf(one, facts.version));
        const news = newsOf(facts, told);
        if (news === undefined || !isFresh(facts, news.kind, known.now)) return [];
        return [{ ...news, channel: channel.name, version: facts.version, auto: channel.auto }];
      }),
  );
}

function isFresh(facts: DueFacts, kind: AnnouncementKind, now: number): boolean {
  if (kind === 'released' && !facts.isCurrent) return false;
  const since = {
    released: facts.taggedAt,
    withdrawn: facts.withdrawal?.claimedAt,
    restored: facts.restore?.claimedAt,
  }[kind];
  return since !== undefined && now - since <= newsAge;
}

function isOf(one: AnnouncementName, version: Version): boolean {
  return formatVersion(one.version) === formatVersion(version);
}

/** Released, withdrawn 1, restored 1, withdrawn 2, ... */
function byTime(left: News, right: News): number {
  const rank = { released: 0, withdrawn: 1, restored: 2 } as const;
  return left.number - right.number || rank[left.kind] - rank[right.kind];
}
