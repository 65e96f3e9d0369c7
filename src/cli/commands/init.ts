import { basename, resolve } from 'node:path';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import { lookAtProject } from '../../engine/overview/detect-project.ts';
import { firstSteps } from '../../engine/overview/first-steps.ts';
import { makeFirstPolicy } from '../../engine/overview/first-policy.ts';
import { policyFile } from '../../engine/facts/load-policy.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { createFile, readTextWhereThere } from '../compose-files.ts';
import { openGit, openHistory, openWorkingCopy } from '../compose-git.ts';
import { openSigningSetup } from '../compose-tag.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater init` */
export async function run(_: CommandInput, context: CliContext): Promise<ExitCode> {
  const git = openGit(context);
  const top = await git.topFolder();
  if ((await readTextWhereThere(resolve(top, policyFile))) !== undefined) return tellKept(context);
  const { head, branch } = await openWorkingCopy(context).status();
  const folderName = basename(top);
  const remote = await git.remoteUrl();
  const shown = await lookAtProject({ git, history: openHistory(context), commit: head, branch, folderName });
  const { files, maintainer, policy } = await makeFirstPolicy(shown.template, openSigningSetup(context));
  const written: string[] = [];
  for (const [path, text] of files) if (await createFile(resolve(top, path), text)) written.push(path);
  if (!written.includes(policyFile)) return tellKept(context);
  const decisions = firstSteps(policy, shown);
  if (context.options.json) {
    const more = { files: written, maintainer: maintainer ?? null, decisions };
    writeJson(context.stdout, { schema: 'cutwater.init/1', file: policyFile, written: true, ...more });
    return exitCodes.done;
  }
  const who =
    maintainer === undefined
      ? 'put the fingerprint and public key of a maintainer into it'
      : `read it: ${escapeText(maintainer)} is its maintainer`;
  const keep = remote === undefined ? 'commit these files' : `commit these files and push them to ${policy.git.branch}`;
  const lines = [
    ...written.map((path) => `Wrote ${escapeText(path)}.`),
    ...(decisions.length === 0 ? [] : ['', 'To decide:', ...decisions.map((text) => `  - ${text}`), '']),
    `next: ${who}; ${escapeText(keep)}, and run 'cutwater doctor'`,
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}

function tellKept(context: CliContext): ExitCode {
  if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.init/1', file: policyFile, written: false });
  else context.stdout.write(`${policyFile} is there already and was not changed.\nnext: run 'cutwater doctor'\n`);
  return exitCodes.done;
}
