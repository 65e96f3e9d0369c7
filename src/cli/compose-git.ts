import { resolve } from 'node:path';
import { gitCli } from '../adapters/git-cli/git-cli.ts';
import { readTagList } from '../adapters/tag-list/read-tag-list.ts';
import { policyFile } from '../engine/load-policy.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { Git } from '../ports/git.ts';
import type { CliContext } from './command.ts';
import { readText } from './compose-files.ts';

/** The repository's git, and nothing else. */
export function openGit(context: CliContext): Git {
  return gitCli({ folder: context.options.repo, environment: context.env });
}

/** The tags of a list in a file. */
export function readTags(file: string): ReturnType<typeof readTagList> {
  return readTagList(file);
}

/** The rules as they stand in the working copy, committed or not: what someone who edits them wants to see. */
export async function openWorkingPolicy(
  context: CliContext,
): Promise<{ readonly policy: Policy; readonly topFolder: string }> {
  const topFolder = await openGit(context).topFolder();
  const text = await readText(resolve(topFolder, policyFile), 'CONFIG_MISSING');
  return { policy: parsePolicy(text, { file: policyFile }), topFolder };
}
