import { gitSigningSetup } from '../adapters/git-cli/signing-setup.ts';
import { gitTagWriter } from '../adapters/git-cli/tag-writer.ts';
import { gitWorkingCopy } from '../adapters/git-cli/working-copy.ts';
import type { TagWorld } from '../engine/world.ts';
import type { SigningSetup } from '../ports/signing-setup.ts';
import type { WorkingCopy } from '../ports/working-copy.ts';
import type { CliContext } from './command.ts';
import { openProject } from './compose.ts';
import type { Project } from './project.ts';

/** Opens a project to make its release tags: this needs the remote, and a person's git configuration. */
export async function openTagProject(
  context: CliContext,
): Promise<Project<TagWorld & { readonly workingCopy: WorkingCopy }>> {
  const project = await openProject(context, { fetch: 'must', access: 'read' });
  const place = { folder: context.options.repo, environment: context.env };
  return {
    ...project,
    world: { ...project.world, tagWriter: gitTagWriter(place), workingCopy: gitWorkingCopy(place) },
  };
}

/** The key this person's git signs with, looked at. */
export function openSigningSetup(context: CliContext): SigningSetup {
  return gitSigningSetup({ folder: context.options.repo, environment: context.env });
}
