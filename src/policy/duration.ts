import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** Reads `90s`, `10m`, `1h` or `1h30m` as seconds: at least a second, at most a day. */
export function parseDuration(text: string): Parsed<number> {
  const match = /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(text);
  if (match === null || text === '') return refuse('is not a time such as "90s", "10m" or "1h30m"');
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const total = hours * 3600 + minutes * 60 + seconds;
  if (total < 1) return refuse('is no time at all');
  if (total > 86_400) return refuse('is longer than a day');
  return accept(total);
}
