import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from './folder.ts';
import { runner } from './actors.ts';
import { succeed } from './program.ts';
import type { TestProject } from './project.ts';
import { makeProject } from './project.ts';
import { run } from './run.ts';

/**
 * A project with rc.1 and rc.2 of 1.0.0 published, of different builds, and a commit on top that no build reads. Every
 * build differs, so that one image cannot be taken for the other. A template for copies.
 */
export async function makeCandidates(scope: Scope): Promise<TestProject> {
  const project = await makeProject(scope, { prepare: randomBuild });
  await project.tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], await runner(scope, project));
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.0.0-rc.2');
  await succeed(['release', '1.0.0-rc.2'], await runner(scope, project));
  const changelog = await readFile(join(project.clone.folder, 'CHANGELOG.md'), 'utf8');
  await project.clone.commit({ 'CHANGELOG.md': `${changelog}\n`, 'docs/notes.md': 'Upgrade.\n' });
  // Two minutes later than what was built, so that no document about the build can be made from this commit unseen.
  const env = { ...project.clone.environment, GIT_COMMITTER_DATE: '1767225720 +0000' };
  const args = ['-C', project.clone.folder, 'commit', '-q', '--amend', '--no-edit'];
  await run({ command: 'git', args, env });
  await project.clone.git('push', '-q', 'origin', 'HEAD');
  return project;
}

const randomBuild = `[[node, -e, "require('fs').appendFileSync('app.txt', crypto.randomUUID())"]]`;
