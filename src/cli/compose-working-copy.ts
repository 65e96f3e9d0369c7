import { resolve } from 'node:path';
import { policyFile } from '../engine/facts/load-policy.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { CliContext } from './command.ts';
import { readText } from './compose-files.ts';
import { openGit } from './compose-git.ts';

/** The rules as they stand in the working copy, committed or not: what someone who edits them wants to see. */
export async function openWorkingPolicy(
  context: CliContext,
): Promise<{ readonly policy: Policy; readonly topFolder: string }> {
  const topFolder = await openGit(context).topFolder();
  const text = await readText(resolve(topFolder, policyFile), 'CONFIG_MISSING');
  return { policy: parsePolicy(text, { file: policyFile }), topFolder };
}
