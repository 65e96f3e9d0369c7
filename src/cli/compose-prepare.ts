import type { PrepareWorld } from '../engine/world.ts';
import type { CliContext } from './command.ts';
import type { OpenOptions } from './compose.ts';
import { openProject } from './compose.ts';
import { openWorkingCopy } from './compose-git.ts';
import type { Project } from './project.ts';

/** Opens a project to prepare a release in its working copy. */
export async function openPrepareProject(
  context: CliContext,
  options: Pick<OpenOptions, 'fetch'>,
): Promise<Project<PrepareWorld>> {
  const project = await openProject(context, { ...options, access: 'read' });
  return { ...project, world: { ...project.world, workingCopy: openWorkingCopy(context) } };
}
