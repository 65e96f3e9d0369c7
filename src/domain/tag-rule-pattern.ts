/** Whether a pattern of a forge's rule covers a full name such as `refs/tags/v1.2.3`: fnmatch(3), `*` and `?` without "/". */
export function coversRef(pattern: string, ref: string): boolean {
  if (pattern === '~ALL') return true;
  const source = pattern
    .replaceAll(/[.+^$()|{}\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*\/|\*\*|\*|\?/g, (mark) => marks.get(mark) ?? mark)
    .replaceAll('[!', '[^');
  try {
    return new RegExp(`^${source}$`, 'u').test(ref);
  } catch {
    return false;
  }
}

const marks: ReadonlyMap<string, string> = new Map([
  ['**/', '(?:.*/)?'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]);
