import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** Reads `36h` or `14d` as seconds: at least an hour, at most ten years. */
export function parseAge(text: string): Parsed<number> {
  const [, count, unit] = /^([1-9]\d{0,4})([hd])$/.exec(text) ?? [];
  if (count === undefined) return refuse('is not a number of hours or days such as "36h" or "14d"');
  const seconds = Number(count) * (unit === 'h' ? 3600 : 86_400);
  return seconds > 3650 * 86_400 ? refuse('is longer than ten years') : accept(seconds);
}
