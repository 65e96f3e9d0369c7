import type { Announced } from '../../engine/announcement/announce.ts';

/** What one channel knows now, in one line. */
export function announcedLine({ channel, is, title, id, url }: Announced): string {
  if (is === 'known') return `${channel}: knows it already`;
  const place = url ?? (id === undefined ? undefined : `id ${id}`);
  return `${channel}: told that ${title ?? 'it is there'}${place === undefined ? '' : ` (${place})`}`;
}
