import { plainMarkdownLines } from '../domain/markdown-text.ts';
import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import { isDate } from './calendar-date.ts';
import { parseChangelog, sectionOf } from './changelog.ts';
import type { Section } from './changelog.ts';
import { isBlank } from './markdown-lines.ts';
import type { Edit } from './text-lines.ts';
import { editLines } from './text-lines.ts';

/** What happened to a version after it was tagged, as a decision tag says it. */
export interface Incident {
  /** `cancelled`: withdrawn before it was published. */
  readonly kind: 'withdrawn' | 'cancelled' | 'restored';
  /** The tag that decided it, `withdrawn/v1.2.3/1`: one entry for each. */
  readonly decision: string;
  readonly version: Version;
  /** `YYYY-MM-DD`, the day of the decision. */
  readonly date: string;
  /** May be hostile, may have several lines. */
  readonly reason: string;
  readonly useInstead: Version | undefined;
}

/**
 * Writes what happened under the heading of the version, between two HTML comments. `unchanged` where this decision has
 * its entry already, whatever people have made of it since, and where the last entry says the very same.
 */
export function addIncident(text: string, incident: Incident): Edit {
  const changelog = parseChangelog(text);
  if (!isDate(incident.date))
    return { is: 'refused', reason: `gets no incident of the date ${quote(incident.date)}, YYYY-MM-DD is wanted` };
  if (incident.reason.trim() === '') return { is: 'refused', reason: 'gets no incident without a reason' };
  const found = sectionOf(changelog, incident.version);
  if (found.is === 'refused') return found;
  const entry = incidentLines(incident);
  const { body, line, headingLines } = found.value;
  const first = line + headingLines.length;
  const own = body.findIndex((item) => item.text.trim() === entry[0]);
  const existing = own === -1 ? lastThatSaysTheSame(body, entry) : own;
  if (existing !== -1) return { is: 'unchanged', reason: `has this incident already (line ${first + existing})` };
  const offset = endOfIncidents(found.value);
  // Also by the heading of the next section, which must not become a part of the last paragraph.
  const below = changelog.lines[first - 1 + offset];
  const isFollowed = below !== undefined && !isBlank(below);
  const insert = ['', ...entry, ...(isFollowed ? [''] : [])];
  return {
    is: 'edited',
    text: changelog.mark + editLines(changelog.lines, [{ at: first - 1 + offset, remove: 0, insert }]),
  };
}

/** Where the last entry stands, if it differs in nothing but the decision it names; else -1. */
function lastThatSaysTheSame(body: Section['body'], entry: readonly string[]): number {
  const last = body.findLastIndex((item) => item.text.startsWith(opening));
  return last !== -1 && entry.slice(1).every((text, index) => body[last + 1 + index]?.text === text) ? last : -1;
}

function incidentLines({ kind, decision, version, date, reason, useInstead }: Incident): readonly string[] {
  const name = formatVersion(version);
  const instead =
    useInstead === undefined
      ? 'There is no version to use instead yet.'
      : `Use **${formatVersion(useInstead)}** instead.`;
  const title = {
    withdrawn: `> **Withdrawn on ${date}.** Do not deploy ${name}. ${instead}`,
    cancelled: `> **Cancelled on ${date}.** ${name} was never published. ${instead}`,
    restored: `> **Restored on ${date}.** ${name} may be deployed again.`,
  }[kind];
  const said = plainMarkdownLines(reason).map((line) => `> ${line}`.trimEnd());
  return [`${opening}${decision} -->`, title, '>', ...said, closing];
}

const opening = '<!-- cutwater:incident ';
const closing = '<!-- /cutwater:incident -->';

/** Behind the entries that stand at the top already, so that they stay in the order they were made. */
function endOfIncidents({ body }: Section): number {
  let end = 0;
  for (const [index, { text }] of body.entries()) {
    if (text.trim() === closing) end = index + 1;
  }
  return end;
}
