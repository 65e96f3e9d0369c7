import type { Scope } from './folder.ts';
import { runner } from './actors.ts';
import { succeed } from './program.ts';
import type { TestProject } from './project.ts';
import { makeProject } from './project.ts';

/** A project that has released 1.0.0 and whose branch has moved on: 1.1.0 may be tagged next. A template for copies. */
export async function makeReleasedProject(scope: Scope): Promise<TestProject> {
  const project = await makeProject(scope);
  await project.tag('1.0.0');
  await succeed(['release', '1.0.0'], await runner(scope, project));
  await project.commit({ 'app.txt': 'two\n' });
  return project;
}
