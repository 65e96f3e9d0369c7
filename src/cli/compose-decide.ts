import { gitBranchWriter } from '../adapters/git-cli/branch-writer.ts';
import { gitWorkingCopy } from '../adapters/git-cli/working-copy.ts';
import type { DecideWorld } from '../engine/world.ts';
import type { CliContext } from './command.ts';
import { openProject } from './compose.ts';
import type { Project } from './project.ts';

/** Opens a project to withdraw or restore: this needs the remote, and a person's git configuration. */
export async function openDecideProject(context: CliContext): Promise<Project<DecideWorld>> {
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  const place = { folder: context.options.repo, environment: context.env };
  return {
    ...project,
    world: { ...project.world, branchWriter: gitBranchWriter(place), workingCopy: gitWorkingCopy(place) },
  };
}
