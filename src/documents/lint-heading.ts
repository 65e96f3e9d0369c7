import { quote } from '../domain/quote.ts';
import type { Defect, DefectCode } from './changelog-defect.ts';
import type { Section } from './changelog.ts';
import { sectionName } from './changelog.ts';
import type { SectionHeading } from './section-heading.ts';
import { formatSectionHeading } from './section-heading.ts';

/** What is wrong with the heading of a section: its level, its form, its date. `today` is `YYYY-MM-DD`. */
export function lintHeading(section: Section, today: string): readonly Defect[] {
  const { heading, line } = section;
  if (heading === undefined) return [];
  const { name } = heading;
  const at = { line, section: sectionName(section) };
  if (name.kind === 'unreadable')
    return [{ ...at, code: 'version-invalid', message: `${quote(heading.written)} ${name.reason}` }];
  const wanted = name.kind === 'unreleased' ? '[Unreleased]' : formatSectionHeading(name.version, wantedDate(heading));
  const found: Defect[] = [];
  if (section.level !== 2)
    found.push({
      ...at,
      code: 'heading-level',
      message: `The heading has level ${section.level}, "## ${wanted}" is wanted`,
    });
  const date = name.kind === 'version' ? dateFault(heading, today) : undefined;
  if (date !== undefined) found.push({ ...at, ...date });
  const isUnderlined = section.headingLines.length > 1;
  if ((!heading.isCanonical && !isDateAlone(heading, date?.code)) || isUnderlined)
    found.push({ ...at, code: 'heading-form', message: `The heading is not "## ${wanted}"` });
  return found;
}

function dateFault({ date }: SectionHeading, today: string): Pick<Defect, 'code' | 'message'> | undefined {
  switch (date.is) {
    case 'none':
      return { code: 'date-missing', message: 'The heading has no date' };
    case 'placeholder':
      return { code: 'date-placeholder', message: 'The date is a placeholder' };
    case 'impossible':
      return { code: 'date-impossible', message: 'The date names a day that does not exist' };
    case 'ambiguous':
      return { code: 'date-ambiguous', message: 'The date can be read with the day or the month first' };
    case 'unreadable':
      return { code: 'date-unreadable', message: 'What follows the version is no date' };
    case 'near':
      return { code: 'date-form', message: `The date is not written as ${date.date}` };
    case 'exact':
      return date.date > today
        ? { code: 'date-future', message: `The date ${date.date} is after today, ${today}` }
        : undefined;
  }
}

/** A heading whose only fault is its date has been named once already. */
function isDateAlone(heading: SectionHeading, code: DefectCode | undefined): boolean {
  return code !== undefined && code !== 'date-future' && heading.isBracketed && !/^v/i.test(heading.written);
}

function wantedDate({ date }: SectionHeading): string {
  return date.is === 'exact' || date.is === 'near' ? date.date : 'YYYY-MM-DD';
}
