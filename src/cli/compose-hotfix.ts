import { gitBranchWriter } from '../adapters/git-cli/branch-writer.ts';
import { gitMergeWriter } from '../adapters/git-cli/merge-writer.ts';
import { gitWorkingCopy } from '../adapters/git-cli/working-copy.ts';
import type { FinishWorld } from '../engine/hotfix/finish-hotfix.ts';
import type { CliContext } from './command.ts';
import { openProject } from './compose.ts';
import type { Project } from './project.ts';

/** Opens a project to make branches in this clone, and push them. */
export async function openHotfixProject(context: CliContext): Promise<Project<FinishWorld>> {
  const project = await openProject(context, { fetch: 'must', access: 'read' });
  const place = { folder: context.options.repo, environment: context.env };
  const writers = {
    branchWriter: gitBranchWriter(place),
    mergeWriter: gitMergeWriter(place),
    workingCopy: gitWorkingCopy(place),
  };
  // No forge of today takes merge requests.
  return { ...project, world: { ...project.world, ...writers, mergeRequests: undefined } };
}
