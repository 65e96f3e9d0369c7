import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';

export interface RefLine {
  readonly object: ObjectId;
  readonly type: GitTag['objectType'];
  /** Bytes of the object. */
  readonly size: number;
  /** The full name, `refs/...`. */
  readonly ref: string;
}

/** The format `parseRefLines` reads. It needs nothing parsed by git, so one broken tag does not hide the others. */
export const refLineFormat = '--format=%(objectname) %(objecttype) %(objectsize) %(refname)';

/** Reads the lines of `git for-each-ref`. */
export function parseRefLines(output: string): readonly RefLine[] {
  return output.split('\n').flatMap((line) => parseRefLine(line) ?? []);
}

/** Undefined for anything else. A ref name holds neither spaces nor line breaks (`man git-check-ref-format`). */
export function parseRefLine(line: string): RefLine | undefined {
  const [object, type, size = '', ref, ...more] = line.split(' ');
  if (!isObjectId(object) || !isObjectType(type) || ref === undefined || more.length > 0) return undefined;
  return { object, type, size: Number(size), ref };
}

/** Whether `refs/heads/<name>` is a ref git allows (`man git-check-ref-format`): no pattern, no refspec, no revision syntax. */
export function isRefPart(name: string): boolean {
  if (name === '' || /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(name)) return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}

function isObjectType(text: string | undefined): text is GitTag['objectType'] {
  return text === 'tag' || text === 'commit' || text === 'tree' || text === 'blob';
}
