import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { GitCommands } from './git-commands.ts';
import { isRefPart } from './ref-lines.ts';
import { networkFailure, pushPlainly, refusedRefs } from './remote.ts';

/** Pushes one commit to one branch without force. BRANCH_MOVED where that would lose commits there, FORBIDDEN on refusal. */
export async function pushBranch(
  commands: GitCommands,
  remote: string,
  { branch, commit }: { readonly branch: string; readonly commit: ObjectId },
): Promise<void> {
  const act = `push ${commit.slice(0, 12)} to branch ${quote(branch)} of ${quote(remote)}`;
  if (!isRefPart(branch)) throw new CutwaterError('USAGE', `Cannot ${act}: git does not allow the name`);
  const result = await pushPlainly(commands, { remote, refs: [`${commit}:refs/heads/${branch}`] });
  if (result.exitCode === 0) return;
  const reason = refusedRefs(result)[0]?.reason ?? '';
  if (reason.startsWith('[rejected]'))
    throw new CutwaterError('BRANCH_MOVED', `Cannot ${act}: the branch there has commits that this one lacks`);
  if (reason !== '')
    throw new CutwaterError('FORBIDDEN', `Cannot ${act}: the remote refuses it, ${quote(reason)}`, {
      hint: `If the branch takes pull requests only, push to one of your own: git push ${remote} ${commit.slice(0, 12)}:refs/heads/NAME`,
    });
  throw networkFailure(act, result);
}
