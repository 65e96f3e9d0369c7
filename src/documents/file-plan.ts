import { quote } from '../domain/quote.ts';
import { splitLines } from './text-lines.ts';

/** A file in HEAD (as a checkout writes it) and on disk; undefined where it is not there. */
export interface FileTexts {
  readonly head: string | undefined;
  readonly disk: string | undefined;
}

/** What becomes of one file of a preparation. */
export interface FilePlan {
  readonly path: string;
  /** `write`: to be written. `written`: on disk already, but not committed. `committed`: HEAD has it. */
  readonly state: 'write' | 'written' | 'committed';
  /** The whole file as it is to be committed. */
  readonly text: string;
  /** What the edit is, in a few words. */
  readonly says: string;
}

/** Something that stops a preparation or a release. */
export interface DocumentProblem {
  /** One sentence without a final period. */
  readonly message: string;
  /** The next step. */
  readonly hint: string;
}

export type Planned =
  | { readonly is: 'planned'; readonly file: FilePlan }
  | { readonly is: 'refused'; readonly problems: readonly DocumentProblem[] };

/** The plan of a file that is to become `text`: an edit of ours that a killed run left is known by its bytes. */
export function planFile(
  file: FileTexts & { readonly path: string },
  wanted: { readonly text: string; readonly says: string },
): Planned {
  const { path, head, disk } = file;
  if (disk === wanted.text)
    return { is: 'planned', file: { path, ...wanted, state: head === wanted.text ? 'committed' : 'written' } };
  if (disk === head) return { is: 'planned', file: { path, ...wanted, state: 'write' } };
  return handEdited(file, wanted.text);
}

/** A file that somebody edits meanwhile is never overwritten; both differences are said. */
export function handEdited({ path, head, disk }: FileTexts & { readonly path: string }, wanted: string): Planned {
  const name = quote(path);
  const message =
    disk === undefined
      ? `${name} is in HEAD, but not on disk`
      : `${name} was edited by hand: it differs from HEAD ${firstDifference(disk, head ?? '')}, and from what is to be written ${firstDifference(disk, wanted)}`;
  return refusedPlan(
    message,
    `Commit that edit by itself, or take it back with git restore, then run the command again`,
  );
}

export function refusedPlan(message: string, hint: string): Planned {
  return { is: 'refused', problems: [{ message, hint }] };
}

/** Where a text first differs from another: `in line 3 ("here", not "there")`. */
function firstDifference(text: string, other: string): string {
  const lines = splitLines(text);
  const others = splitLines(other);
  const length = Math.max(lines.length, others.length);
  for (let index = 0; index < length; index += 1) {
    const [own, wanted] = [lines[index], others[index]];
    if (own?.text === wanted?.text && own?.ending === wanted?.ending) continue;
    const show = (line: typeof own): string => (line === undefined ? 'nothing' : quote(line.text.slice(0, 80)));
    if (own?.text === wanted?.text) return `in the end of line ${index + 1}`;
    return `in line ${index + 1} (${show(own)}, not ${show(wanted)})`;
  }
  return 'nowhere';
}
