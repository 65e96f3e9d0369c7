import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Announcement } from '../../domain/announcement.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Announcer } from '../../ports/announcer.ts';
import { writeDurably } from '../files/durable-write.ts';
import type { AnnouncementFile } from './file-announcer.ts';
import { safePlace } from './file-announcer.ts';

export interface AtomOptions extends AnnouncementFile {
  /** Unix seconds: when entries of this run were changed. */
  readonly now: number;
}

/**
 * Keeps an Atom feed (RFC 4287), the newest entry first, at most 100. The file is replaced whole, so that readers never see
 * half of it. Throws DISK, and INPUT_INVALID where the file is a link, or a feed that somebody else wrote.
 */
export function atomAnnouncer({ root, file, now }: AtomOptions): Announcer {
  const description = `feed ${quote(relative(root, file))}`;
  const change = async (edit: (entries: readonly Entry[]) => readonly Entry[], project: string): Promise<void> => {
    try {
      const place = await safePlace(root, file);
      const entries = edit(await readEntries(place, description));
      const text = feed(project, entries.slice(0, 100));
      await writeDurably(place, text);
    } catch (error) {
      if (isCutwaterError(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new CutwaterError('DISK', `Cannot write ${description}: ${reason}`, { cause: error });
    }
  };
  return {
    description,
    async send(announcement, key) {
      const isThere = (entries: readonly Entry[]): boolean => entries.some((entry) => entry.key === key);
      await change(
        (entries) =>
          isThere(entries) ? entries : [entryOf(announcement, key, { published: now, updated: now }), ...entries],
        announcement.project,
      );
      return { id: key };
    },
    async amend(id, announcement) {
      await change((entries) => {
        const found = entries.find(({ key }) => key === id);
        if (found === undefined)
          throw new CutwaterError('ANNOUNCEMENT_REFUSED', `Cannot change ${description}: it has no entry ${quote(id)}`);
        const changed = entryOf(announcement, id, { published: found.published, updated: now });
        return entries.map((entry) => (entry === found ? changed : entry));
      }, announcement.project);
    },
  };
}

interface Entry {
  readonly key: string;
  /** Unix seconds. */
  readonly published: number;
  readonly updated: number;
  /** The whole element. */
  readonly text: string;
}

async function readEntries(place: string, description: string): Promise<readonly Entry[]> {
  const text = await readFile(place, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return [];
  const found = ownFeed.exec(text);
  const entries = [...(found?.[1] ?? '').matchAll(ownEntry)].map(([whole, key = '', published = '', updated = '']) => ({
    key,
    published: Date.parse(published) / 1000,
    updated: Date.parse(updated) / 1000,
    text: whole,
  }));
  if (found !== null && entries.map((entry) => entry.text).join('') === found[1]) return entries;
  throw new CutwaterError(
    'INPUT_INVALID',
    `Cannot write ${description}: somebody else wrote or changed what is there`,
    {
      hint: 'Name another path in cutwater.yaml, or move that file away',
    },
  );
}

function feed(project: string, entries: readonly Entry[]): string {
  const updated = Math.max(...entries.map((entry) => entry.updated));
  return `${head}
<id>urn:cutwater:announcements:${xml(project)}</id>
<title>${xml(project)}: releases and withdrawals</title>
<author><name>${xml(project)}</name></author>
<updated>${time(updated)}</updated>
${entries.map(({ text }) => text).join('')}</feed>
`;
}

function entryOf(
  announcement: Announcement,
  key: string,
  { published, updated }: Pick<Entry, 'published' | 'updated'>,
): Entry {
  const { title, links, text } = announcement;
  const link = links.notes === undefined ? '' : `<link rel="alternate" href="${xml(links.notes)}"/>\n`;
  const element = `<entry>
<id>urn:cutwater:announcement:${xml(key)}</id>
<published>${time(published)}</published>
<updated>${time(updated)}</updated>
<title>${xml(title)}</title>
<category term="${announcement.kind}"/>
${link}<content type="text">${xml(text)}</content>
</entry>
`;
  return { key, published, updated, text: element };
}

/** Characters that XML 1.0 does not have, even escaped, become U+FFFD. */
function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

const head = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">';
const ownFeed =
  /^<\?xml [^>]*>\n<feed [^>]*>\n<id>urn:cutwater:announcements:[^<]*<\/id>\n<title>[^<]*<\/title>\n<author><name>[^<]*<\/name><\/author>\n<updated>[^<]*<\/updated>\n((?:<entry>[^]*<\/entry>\n)?)<\/feed>\n$/;
const ownEntry =
  /<entry>\n<id>urn:cutwater:announcement:([^<]*)<\/id>\n<published>([^<]*)<\/published>\n<updated>([^<]*)<\/updated>\n<title>[^<]*<\/title>\n<category [^>]*>\n(?:<link [^>]*>\n)?<content type="text">[^<]*<\/content>\n<\/entry>\n/g;
