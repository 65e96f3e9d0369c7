import { runner } from './actors.ts';
import type { Scope } from './folder.ts';
import { succeed } from './program.ts';
import type { TestProject } from './project.ts';
import { makeReleasedProject } from './released-project.ts';

/** A project that has released 1.0.0 and 1.1.0. A template for copies. */
export async function makeTwoReleases(scope: Scope): Promise<TestProject> {
  const project = await makeReleasedProject(scope);
  await project.tag('1.1.0');
  await succeed(['release', '1.1.0'], await runner(scope, project));
  return project;
}
