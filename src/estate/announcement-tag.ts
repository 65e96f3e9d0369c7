import type { AnnouncementKind } from '../domain/announcement.ts';
import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import type { ImageTag } from '../domain/image-name.ts';
import { imageTag } from '../domain/image-name.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion, parseVersion } from '../domain/version.ts';

/** What users are told about a version: one announcement on one channel. */
export interface AnnouncementName {
  readonly kind: AnnouncementKind;
  /** Which withdrawal, or the undoing of which; 0 for a release. */
  readonly number: number;
  readonly channel: string;
  readonly version: Version;
}

/**
 * Where the registry holds the signed record of an announcement: `announced-released-CHANNEL-X.Y.Z`,
 * `announced-withdrawn-N-CHANNEL-X.Y.Z`, `announced-restored-N-CHANNEL-X.Y.Z`.
 */
export function announcementTag({ kind, number, channel, version }: AnnouncementName): ImageTag {
  const count = kind === 'released' ? '' : `${number}-`;
  return imageTag(`announced-${kind}-${count}${channel}-${formatVersion(version)}`);
}

/** Reads such a tag. A channel has no dot and begins with a letter, so the parts cannot run into each other. */
export function parseAnnouncementTag(tag: string): Parsed<AnnouncementName> {
  const match = /^announced-(released|withdrawn|restored)-(?:([1-9]\d{0,8})-)?([a-z][a-z0-9-]*)-(\d+\..+)$/.exec(tag);
  const [, kind, count, channel, rest] = match ?? [];
  const version = parseVersion(rest ?? '');
  if (version.is === 'refused' || channel === undefined) return refuse('is no tag of an announcement');
  if (kind === 'released' && count === undefined) return accept({ kind, number: 0, channel, version: version.value });
  if ((kind === 'withdrawn' || kind === 'restored') && count !== undefined)
    return accept({ kind, number: Number(count), channel, version: version.value });
  return refuse('is no tag of an announcement');
}
