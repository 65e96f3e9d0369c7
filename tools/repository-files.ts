import { access, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { emptyEnvironment, runTool } from '../src/adapters/process/run-tool.ts';

/**
 * Every file that belongs to the repository, as a path below its root: what git holds or would hold. A tree that was
 * exported from a commit, as a gate has it, is no repository of its own; there it is all that no build and no package manager
 * writes.
 */
export async function listRepositoryFiles(root: string): Promise<readonly string[]> {
  const isRepository = await access(join(root, '.git')).then(
    () => true,
    () => false,
  );
  return isRepository ? filesOfGit(root) : filesOfTree(root);
}

async function filesOfGit(root: string): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const result = await runTool({ command: 'git', args, cwd: root, env: emptyEnvironment() });
  if (result.exitCode !== 0) throw new Error(`git ls-files failed: ${result.stderr}`);
  return Buffer.from(result.stdout)
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** Folders at the root that .gitignore names. */
const written: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'coverage', 'test-real-cache']);

async function filesOfTree(root: string): Promise<readonly string[]> {
  const tops = (await readdir(root, { withFileTypes: true })).filter(({ name }) => !written.has(name));
  const files = tops.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  for (const folder of tops.filter((entry) => entry.isDirectory()))
    for (const entry of await readdir(join(root, folder.name), { recursive: true, withFileTypes: true }))
      if (!entry.isDirectory()) files.push(relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  return files.toSorted();
}
