import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from './folder.ts';
import type { RunAt } from './program.ts';
import type { TestProject } from './project.ts';
import { ciEnvironment, freshClone } from './project.ts';

/** The maintainer at the clone: git signs with the maintainer's key, and there is no CI key. */
export async function maintainer(project: TestProject): Promise<RunAt> {
  await project.clone.git('config', 'gpg.format', 'ssh');
  await project.clone.git('config', 'user.signingKey', project.key.privateKeyFile);
  const { CUTWATER_CI_KEY: _, CI: __, ...env } = ciEnvironment(project);
  return { folder: project.clone.folder, env };
}

/** A CI runner: a fresh clone, and the CI key. */
export async function runner(scope: Scope, project: TestProject): Promise<RunAt> {
  const { folder } = await freshClone(scope, project);
  return { folder, env: ciEnvironment(project) };
}

/** Commits a changed policy, and other files with it. */
export async function changePolicy(
  project: TestProject,
  change: (text: string) => string,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  const text = await readFile(join(project.clone.folder, 'cutwater.yaml'), 'utf8');
  await project.commit({ 'cutwater.yaml': change(text), ...files });
}
