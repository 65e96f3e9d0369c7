import { runCheck } from './run-check.ts';
import { isTestFile, readSources } from './source-file.ts';

const longestFile = 300;

/**
 * No source file is longer than 300 lines; tables that say "generated" in their name are exempt, and so are tests. The length of functions is judged by the linter (max-lines-per-function).
 */
export async function checkSizes(root: string): Promise<readonly string[]> {
  const files = await readSources(root, ['src', 'tools']);
  return files.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1;
    if (lines <= longestFile || isTestFile(path) || isTable(path)) return [];
    return [`${path}: has ${lines} lines, at most ${longestFile} are wanted`];
  });
}

function isTable(path: string): boolean {
  return /(?:^|[-./])generated(?=[-.])/.test(path.slice(path.lastIndexOf('/') + 1));
}

if (import.meta.main) await runCheck(checkSizes);
