import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { announcementTag } from '../estate/announcement-tag.ts';
import type { AnnouncementName } from '../estate/announcement-tag.ts';
import { newsAge, takesClass } from '../estate/news.ts';
import type { AnnouncePolicy } from '../policy/announce-schema.ts';
import type { Step } from './step.ts';

/**
 * The channels that a release tells by itself. None for a version whose tag is too old to be news; `taggedAt` is undefined
 * before there is a tag. Unix seconds.
 */
export function releaseAnnouncements(
  channels: readonly AnnouncePolicy[],
  version: Version,
  time: { readonly taggedAt: number | undefined; readonly now: number },
): readonly Step[] {
  const { taggedAt = time.now, now } = time;
  if (now - taggedAt > newsAge) return [];
  return channels
    .filter((channel) => channel.auto && takesClass(channel, version))
    .map(({ name: channel }) => announcementStep({ kind: 'released', number: 0, channel, version }));
}

export function announcementStep(name: AnnouncementName): Extract<Step, { kind: 'announcement' }> {
  const { kind: announces, channel, version } = name;
  return { kind: 'announcement', channel, announces, tag: releaseTagOf(version), imageTag: announcementTag(name) };
}
