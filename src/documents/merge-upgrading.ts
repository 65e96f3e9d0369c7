import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, parseVersion } from '../domain/version.ts';
import { addUpgrading } from './add-upgrading.ts';
import type { FileSides } from './file-sides.ts';
import type { Edit } from './text-lines.ts';
import { parseUpgrading, rowVersion, upgradingOf } from './upgrading.ts';

/**
 * Brings the notes of new versions from `theirs` to their place in `ours`. Only where `theirs` has done nothing else since
 * `base` than to add them as `addUpgrading` does; whatever else it changed is for a person to merge, and refused.
 */
export function mergeUpgrading({ base, ours, theirs }: FileSides): Edit {
  const known = new Set(versionsOf(base).map(formatVersion));
  const fresh = versionsOf(theirs).filter((version) => !known.has(formatVersion(version)));
  let [before, text] = [base, ours];
  for (const version of fresh.toSorted(compareVersions)) {
    const notes = upgradingOf(parseUpgrading(theirs), version);
    if (notes.is === 'refused') return notes;
    const [replayed, added] = [before, text].map((to) => addUpgrading(to, { version, fields: notes.value.fields }));
    if (replayed?.is !== 'edited' || added === undefined) return refuse('changes more than it adds notes of versions');
    if (added.is === 'refused') return added;
    before = replayed.text;
    if (added.is === 'edited') text = added.text;
  }
  if (before !== theirs) return refuse('changes more than it adds notes of versions');
  return text === ours ? { is: 'unchanged', reason: 'has all notes already' } : { is: 'edited', text };
}

function versionsOf(text: string): readonly Version[] {
  const { sections, tables } = parseUpgrading(text);
  const rows = tables.flatMap((table) =>
    table.rows.flatMap(({ cells }) => {
      const parsed = parseVersion(rowVersion(cells[table.columns.indexOf('version')]) ?? '');
      return parsed.is === 'ok' ? [parsed.value] : [];
    }),
  );
  const all = [...sections.map(({ version }) => version), ...rows];
  return [...new Map(all.map((version) => [formatVersion(version), version])).values()];
}

function refuse(reason: string): Edit {
  return { is: 'refused', reason };
}
