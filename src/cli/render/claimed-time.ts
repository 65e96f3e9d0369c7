/** `2026-03-01 12:00Z`: a time somebody claims, in UTC. One that lies ahead of our clock is marked: some clock was wrong. */
export function formatClaimedTime(claimedAt: number, now: number): string {
  const time = new Date(claimedAt * 1000);
  // A tag may claim any number of seconds; not all of them are dates.
  const text = Number.isNaN(time.getTime()) ? `${claimedAt} s` : time.toISOString();
  const short = /^\d{4}-/.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 16)}Z` : text;
  return claimedAt > now ? `${short} (in the future)` : short;
}
