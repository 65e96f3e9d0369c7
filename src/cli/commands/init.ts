import { basename } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { detectProject } from '../../engine/overview/detect-project.ts';
import { policyFile } from '../../engine/facts/load-policy.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { formatPolicyTemplate } from '../../policy/policy-template.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openGit } from '../compose-git.ts';
import { createFile } from '../compose-files.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater init` */
export async function run(_: CommandInput, context: CliContext): Promise<ExitCode> {
  const git = openGit(context);
  const top = await git.topFolder();
  const head = await git.commitOf('HEAD');
  if (head === undefined)
    throw new CutwaterError('NOT_A_REPOSITORY', 'Cannot look at the project: the repository has no commit yet', {
      hint: 'Commit something first',
    });
  const text = formatPolicyTemplate(await detectProject(git, head, basename(top)));
  parsePolicy(text, { file: policyFile });
  const written = await createFile(`${top}/${policyFile}`, text);
  if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.init/1', file: policyFile, written });
  else
    context.stdout.write(
      written
        ? `Wrote ${policyFile}.\nnext: put the fingerprint and public key of a maintainer into it, commit it, and run 'cutwater doctor'\n`
        : `${policyFile} is there already and was not changed.\nnext: run 'cutwater doctor'\n`,
    );
  return exitCodes.done;
}
