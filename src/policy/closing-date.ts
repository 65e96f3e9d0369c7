import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** Reads `2027-01-31` as the last second of that day in UTC, in Unix seconds: the day itself still counts. */
export function parseClosingDate(text: string): Parsed<number> {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return refuse('is not a date such as 2027-01-31');
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  const start = new Date(Date.UTC(year, month - 1, day));
  if (start.toISOString().slice(0, 10) !== text) return refuse('is a day that no calendar has');
  return accept(start.getTime() / 1000 + 86_399);
}
