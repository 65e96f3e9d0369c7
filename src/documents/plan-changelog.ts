import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import { parseChangelog, sectionOf } from './changelog.ts';
import { releasedSection } from './changes-for.ts';
import type { FileTexts, Planned } from './file-plan.ts';
import { handEdited, planFile, refusedPlan } from './file-plan.ts';
import { releaseUnreleased } from './release-unreleased.ts';
import type { Edit } from './text-lines.ts';

export interface ChangelogFacts {
  /** Stable. */
  readonly version: Version;
  readonly date: {
    /** As asked for, `YYYY-MM-DD`. */
    readonly asked: string | undefined;
    readonly today: string;
  };
  readonly source: string | undefined;
  readonly tagged: readonly Version[];
}

/**
 * The changelog with what is unreleased as the section of the version. What a killed run wrote on another day keeps its
 * date, unless a date is asked for.
 */
export function planChangelog(file: FileTexts & { readonly path: string }, facts: ChangelogFacts): Planned {
  const { version, date, source, tagged } = facts;
  const name = quote(file.path);
  const { head, disk } = file;
  if (head === undefined)
    return refusedPlan(
      `${name} is not committed`,
      'Write it as keepachangelog.com says, with what is unreleased, and commit it',
    );
  const edit = (on: string): Edit => releaseUnreleased(head, { version, date: on, source, tagged });
  const found = dateOnDisk(disk ?? '', version);
  const wanted = edit(date.asked ?? date.today);
  switch (wanted.is) {
    case 'refused':
      return refusedPlan(`${name} ${wanted.reason}`, 'Mend the file, commit it, and run the command again');
    case 'unchanged':
      return planReleased(file, facts);
    case 'edited': {
      const says = `what is unreleased becomes ${formatVersion(version)}`;
      const own = found === undefined ? undefined : edit(found);
      if (own?.is !== 'edited') return planFile(file, { text: wanted.text, says });
      if (own.text !== disk) return handEdited(file, own.text);
      if (date.asked === undefined) return planFile(file, { text: own.text, says });
      const state = own.text === wanted.text ? 'written' : 'write';
      return { is: 'planned', file: { path: file.path, state, text: wanted.text, says } };
    }
  }
}

/** HEAD has the section: this run, or a person, prepared it before. */
function planReleased(file: FileTexts & { readonly path: string }, { version, date }: ChangelogFacts): Planned {
  const { path, head = '', disk } = file;
  const section = releasedSection(parseChangelog(head), version);
  if (section.is === 'refused')
    return refusedPlan(`${quote(path)} ${section.reason}`, 'Mend the section, commit it, and run the command again');
  const { heading, line } = section.value;
  const written = heading?.date.is === 'exact' ? heading.date.date : '';
  if (date.asked !== undefined && date.asked !== written)
    return refusedPlan(
      `${quote(path)} has the section ${formatVersion(version)} of ${written} (line ${line}), ${date.asked} is asked for`,
      'Leave --date away, or change the date in the file and commit it',
    );
  if (disk !== head) return handEdited(file, head);
  return {
    is: 'planned',
    file: { path, state: 'committed', text: head, says: `has the section ${formatVersion(version)}` },
  };
}

function dateOnDisk(disk: string, version: Version): string | undefined {
  const section = sectionOf(parseChangelog(disk), version);
  const written = section.is === 'ok' ? section.value.heading?.date : undefined;
  return written?.is === 'exact' ? written.date : undefined;
}
