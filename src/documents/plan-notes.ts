import { quote } from '../domain/quote.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import { addUpgrading } from './add-upgrading.ts';
import type { FileTexts, Planned } from './file-plan.ts';
import { handEdited, refusedPlan } from './file-plan.ts';
import { judgeNotes } from './judge-notes.ts';
import type { UpgradingFields } from './upgrading-fields.ts';

export interface NotesFacts {
  /** Stable. */
  readonly version: Version;
  /** To be added; undefined where they stand in the file, or none are wanted. */
  readonly notes: UpgradingFields | undefined;
  readonly isRequired: boolean;
}

/**
 * The upgrading notes with those of the version. They are written by people, so what is edited on disk and not committed
 * yet goes into the commit. Undefined: nothing to do with this file.
 */
export function planNotes(
  file: FileTexts & { readonly path: string },
  { version, notes, isRequired }: NotesFacts,
): Planned | undefined {
  const { path, head, disk } = file;
  const name = formatVersion(version);
  if (disk === undefined && head !== undefined) return handEdited(file, head);
  const base = disk ?? '# Upgrading\n';
  const edit = notes && addUpgrading(base, { version, fields: notes });
  if (edit?.is === 'refused')
    return refusedPlan(`${quote(path)} ${edit.reason}`, `Write the notes for ${name} in the file by hand`);
  const text = edit?.is === 'edited' ? edit.text : disk;
  const judged = judgeNotes(text, { path, version });
  if (isRequired && judged.is === 'refused') return { is: 'refused', problems: judged.problems };
  if (text === undefined || (notes === undefined && !isRequired && disk === head)) return undefined;
  if (text !== disk) return { is: 'planned', file: { path, state: 'write', text, says: `gets the notes for ${name}` } };
  const says = disk === head ? `has the notes for ${name}` : 'is committed as it is on disk';
  return { is: 'planned', file: { path, state: disk === head ? 'committed' : 'written', text, says } };
}
