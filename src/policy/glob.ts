/**
 * Whether a path or branch matches a pattern: `*` is any text without "/", `**` as a whole name is any number of folders
 * (at the end: everything below), all else is itself. No regular expression is made, so no name can cost time here.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  return matchParts(pattern.split('/'), text.split('/'));
}

function matchParts(pattern: readonly string[], names: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return names.length === 0;
  if (head === '**') {
    if (rest.length === 0) return names.length > 0;
    return names.some((_, skipped) => matchParts(rest, names.slice(skipped)));
  }
  const [name, ...below] = names;
  return name !== undefined && matchName(head, name) && matchParts(rest, below);
}

function matchName(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let from = first.length;
  for (const piece of others) {
    const found = name.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return from <= name.length - last.length;
}
