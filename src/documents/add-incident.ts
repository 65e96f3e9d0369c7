import { escapeText, quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import { isDate } from './calendar-date.ts';
import { parseChangelog, sectionOf } from './changelog.ts';
import type { Section } from './changelog.ts';
import { isBlank } from './markdown-lines.ts';
import type { Edit } from './text-lines.ts';
import { editLines } from './text-lines.ts';

export interface Incident {
  /** The withdrawn version. */
  readonly version: Version;
  /** `YYYY-MM-DD`, the day of the withdrawal. */
  readonly date: string;
  /** May be hostile, may have several lines. */
  readonly reason: string;
  readonly useInstead: Version | undefined;
}

/**
 * Writes what happened under the heading of the withdrawn version, between two HTML comments. The same entry again is
 * `unchanged`; another entry of the same day is refused, so that nothing that was said is overwritten.
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
  const existing = body.findIndex((item) => item.text.trim() === entry[0]);
  if (existing !== -1) {
    const isSame = entry.every((item, index) => body[existing + index]?.text === item);
    const where = `line ${first + existing}`;
    if (isSame) return { is: 'unchanged', reason: `has this incident already (${where})` };
    return {
      is: 'refused',
      reason: `has another incident of ${incident.date} already (${where}), which is not overwritten`,
    };
  }
  const offset = endOfIncidents(found.value);
  const isFollowed = body[offset] !== undefined && !isBlank(body[offset]);
  const insert = ['', ...entry, ...(isFollowed ? [''] : [])];
  return {
    is: 'edited',
    text: changelog.mark + editLines(changelog.lines, [{ at: first - 1 + offset, remove: 0, insert }]),
  };
}

function incidentLines({ version, date, reason, useInstead }: Incident): readonly string[] {
  const instead =
    useInstead === undefined
      ? 'There is no version to use instead yet.'
      : `Use **${formatVersion(useInstead)}** instead.`;
  const said = reason
    .trim()
    .split(/\r\n|\n|\r/)
    .map((line) => `> ${inert(line)}`.trimEnd());
  const title = `> **Withdrawn on ${date}.** Do not deploy ${formatVersion(version)}. ${instead}`;
  return [`${opening}${date} -->`, title, '>', ...said, closing];
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

// Without this a reason could end the comment, or bring HTML of its own.
function inert(line: string): string {
  return escapeText(line.trimEnd(), 2000).replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
