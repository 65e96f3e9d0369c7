export interface ImportStatement {
  readonly specifier: string;
  readonly line: number;
  /** `import()` loads later: it obeys the layers but makes no cycle. */
  readonly isDynamic: boolean;
}

/**
 * The imports and re-exports of a TypeScript source, by the shapes our formatter leaves them in. Text that looks like an
 * import inside a comment or a template at the start of a line is taken for one: better strict than blind.
 */
export function readImports(source: string): readonly ImportStatement[] {
  const found: ImportStatement[] = [];
  for (const { pattern, isDynamic } of patterns)
    for (const match of source.matchAll(pattern)) {
      const specifier = match[1];
      if (specifier === undefined) continue;
      found.push({ specifier, line: source.slice(0, match.index).split('\n').length, isDynamic });
    }
  return found.sort((left, right) => left.line - right.line);
}

const patterns: readonly { readonly pattern: RegExp; readonly isDynamic: boolean }[] = [
  { pattern: /^(?:import|export)\b[^;'"]*?\bfrom\s+['"]([^'"]+)['"]/gm, isDynamic: false },
  { pattern: /^import\s+['"]([^'"]+)['"]/gm, isDynamic: false },
  { pattern: /\bimport\(\s*['"]([^'"]+)['"]/g, isDynamic: true },
];
