import { gitBranchWriter } from '../adapters/git-cli/branch-writer.ts';
import { gitMergeWriter } from '../adapters/git-cli/merge-writer.ts';
import { gitWorkingCopy } from '../adapters/git-cli/working-copy.ts';
import type { FinishWorld } from '../engine/hotfix/finish-hotfix.ts';
import type { CliContext } from './command.ts';
import { closeParts, once, openParts, readWorld } from './compose.ts';
import type { Project } from './project.ts';

/** Opens a project to make branches in this clone, push them, and ask for their merge. */
export async function openHotfixProject(context: CliContext): Promise<Project<FinishWorld>> {
  const parts = await openParts(context, { fetch: 'must', access: 'read' });
  const place = { folder: context.options.repo, environment: context.env };
  const world = {
    ...readWorld(context, parts),
    branchWriter: gitBranchWriter(place),
    mergeWriter: gitMergeWriter(place),
    workingCopy: gitWorkingCopy(place),
    mergeRequests: parts.forge.mergeRequests,
  };
  return { loaded: parts.loaded, opened: parts.opened, world, close: once(() => closeParts(parts)) };
}
