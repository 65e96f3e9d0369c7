/**
 * The regular expression of a pattern about tags: one between slashes as it stands, else a glob, in which "*" covers "/"
 * too, with `?`, `[a-z]`, `[!a-z]` and `{one,other}`. What is no glob becomes what nobody can read.
 */
export function regexpOfPattern(pattern: string): string {
  if (pattern.length >= 2 && pattern.startsWith('/') && pattern.endsWith('/')) return pattern.slice(1, -1);
  let depth = 0;
  const source = pattern.replaceAll(glob, (piece) => {
    if (piece === '{') depth += 1;
    if (piece === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    if (piece === ',') return depth > 0 ? '|' : ',';
    if (piece.startsWith('\\')) return /[A-Za-z0-9]/.test(piece.charAt(1)) ? piece.slice(1) : piece;
    if (piece.startsWith('[')) return piece.replace(/^\[!/, '[^');
    return piece.startsWith('*') ? '.*' : (marks.get(piece) ?? `\\${piece}`);
  });
  return `^(?:${source})$`;
}

/** A pair with a backslash, a class, stars, or one character that means something in a glob or a regular expression. */
const glob = /\\[\s\S]|\[!?(?:\\[\s\S]|[^\]\\])*\]|\*+|[?{},.+^$()|[\]\\]/g;

const marks: ReadonlyMap<string, string> = new Map([
  ['?', '.'],
  ['{', '('],
]);
