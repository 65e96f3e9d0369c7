import type { FileChange } from '../domain/file-change.ts';
import { quote } from '../domain/quote.ts';
import { matchesGlob } from '../policy/glob.ts';
import type { HotfixPolicy } from '../policy/hotfix-schema.ts';

/** What a hotfix changes, and why it is more than the minimal fix that the policy wants. */
export interface HotfixSize {
  /** Files that count, those with the most changed lines first. */
  readonly files: readonly FileChange[];
  readonly lines: number;
  /** Each completes "the hotfix ..."; empty where it is within the policy. */
  readonly excesses: readonly string[];
}

/** Measures a hotfix by what it changes of its base. Files that are no build input (changelog, notes) do not count. */
export function measureHotfix(
  changes: readonly FileChange[],
  policy: { readonly hotfix: HotfixPolicy; readonly notBuildInput: readonly string[] },
): HotfixSize {
  const { maxLines, maxFiles, paths } = policy.hotfix;
  const files = changes
    .filter(({ path }) => !matchesAny(policy.notBuildInput, path))
    .toSorted((left, right) => right.lines - left.lines || (left.path < right.path ? -1 : 1));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const outside = paths.length === 0 ? [] : files.filter(({ path }) => !matchesAny(paths, path));
  return {
    files,
    lines,
    excesses: [
      ...(lines > maxLines ? [`changes ${lines} lines, at most ${maxLines} are wanted`] : []),
      ...(files.length > maxFiles ? [`changes ${files.length} files, at most ${maxFiles} are wanted`] : []),
      ...(outside.length > 0 ? [`changes ${namesOf(outside)}, outside of hotfix.paths`] : []),
    ],
  };
}

const named = 3;

function namesOf(files: readonly FileChange[]): string {
  const names = files.slice(0, named).map(({ path }) => quote(path));
  return files.length > named ? `${names.join(', ')} and ${files.length - named} more` : names.join(', ');
}

function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, path));
}
