import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { quote } from '../domain/quote.ts';
import type { ReportEntry, ValidationReport } from './validation-report.ts';

/** Keys under which scripts name the commit they looked at, and the image. */
const commitKeys = new Set(['SOURCE_SHA', 'SOURCE_COMMIT', 'GIT_SHA', 'GIT_COMMIT', 'COMMIT', 'COMMIT_SHA']);
const imageKeys = new Set(['IMAGE_DIGEST', 'CANDIDATE_DIGEST']);

/**
 * Reads lines `KEY=VALUE`. Empty lines and lines that begin with `#` are passed over; nothing is unquoted or expanded. One
 * key with two values is refused, because nobody can tell which one is meant.
 */
export function readKeyValues(text: string): Parsed<ValidationReport> {
  const entries = new Map<string, ReportEntry>();
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.replace(/\r$/, '');
    const line = index + 1;
    if (/^\s*(?:#|$)/.test(content)) continue;
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]{0,127})=(.*)$/.exec(content) ?? [];
    if (name === undefined || value === undefined) return refuse(`${line}: ${quote(content)} is no line KEY=VALUE`);
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return refuse(`${line}: the value of ${name} has control characters`);
    if (/^["']/.test(value)) return refuse(`${line}: the value of ${name} is in quotes, it is wanted without`);
    const before = entries.get(name);
    if (before !== undefined && before.value !== value)
      return refuse(`${line}: ${name} is ${quote(value)}, but ${quote(before.value)} on line ${before.line}`);
    if (before === undefined) entries.set(name, { name, value, line });
  }
  const all = [...entries.values()];
  return accept({
    entries: all.filter(({ name }) => !commitKeys.has(name) && !imageKeys.has(name)),
    commits: all.filter(({ name }) => commitKeys.has(name)),
    images: all.filter(({ name }) => imageKeys.has(name)),
    decision: undefined,
  });
}
