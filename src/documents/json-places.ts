import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';

/** A string of a JSON text (RFC 8259): its content, without the quotes, is `text.slice(start, end)`. */
export interface JsonPlace {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Where the strings at these paths of keys stand, in order of the text; a key that is there twice is found twice. */
export function findJsonStrings(text: string, paths: readonly (readonly string[])[]): Parsed<readonly JsonPlace[]> {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  try {
    JSON.parse(text.slice(start));
  } catch {
    return refuse('is not JSON');
  }
  // Valid JSON from here on, so tokens are enough to know where one is.
  const wanted = new Set(paths.map((path) => JSON.stringify(path)));
  const found: JsonPlace[] = [];
  const open: Level[] = [];
  for (const match of text.slice(start).matchAll(token)) {
    const [written] = match;
    const level = open.at(-1);
    if (written === '{' || written === '[')
      open.push({ isObject: written === '{', key: undefined, expectsKey: written === '{' });
    else if (written === '}' || written === ']') open.pop();
    else if (written === ',' && level !== undefined) level.expectsKey = level.isObject;
    else if (written === ':' && level !== undefined) level.expectsKey = false;
    else if (written.startsWith('"') && level?.expectsKey === true) level.key = readString(written);
    else if (written.startsWith('"') && open.length > 0) {
      const path = pathOf(open);
      const at = start + match.index + 1;
      if (path !== undefined && wanted.has(JSON.stringify(path)))
        found.push({ path, start: at, end: at + written.length - 2 });
    }
  }
  return accept(found);
}

interface Level {
  readonly isObject: boolean;
  key: string | undefined;
  expectsKey: boolean;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Undefined inside an array. */
function pathOf(open: readonly Level[]): readonly string[] | undefined {
  // No wanted path is deeper.
  if (open.length > 8 || open.some(({ isObject }) => !isObject)) return undefined;
  return open.map(({ key }) => key ?? '');
}

function readString(written: string): string {
  const value: unknown = JSON.parse(written);
  return typeof value === 'string' ? value : '';
}
