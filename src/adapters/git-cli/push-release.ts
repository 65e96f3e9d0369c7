import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { TagWriter } from '../../ports/tag-writer.ts';
import type { GitCommands } from './git-commands.ts';
import { isRefPart } from './ref-lines.ts';
import { networkFailure, pushPlainly, refusedRefs } from './remote.ts';

type Pushed = Parameters<TagWriter['push']>[0];

/** Pushes a tag, and the branch it needs, by object id: what was judged is what arrives. */
export async function pushRelease(commands: GitCommands, remote: string, what: Pushed): Promise<void> {
  const { tag, branch } = what;
  for (const name of [tag.name, ...(branch === undefined ? [] : [branch.name])])
    if (!isRefPart(name)) throw new CutwaterError('USAGE', `Cannot push ${quote(name)}: git does not allow the name`);
  const tagRef = `${tag.object}:refs/tags/${tag.name}`;
  if (branch === undefined) return pushRefs(commands, { remote, what, refs: [tagRef] });
  const branchRef = `${branch.commit}:refs/heads/${branch.name}`;
  try {
    await pushRefs(commands, { remote, what, refs: [branchRef, tagRef], options: ['--atomic'] });
  } catch (error) {
    if (error !== cannotBeAtomic) throw error;
    // The commits first: a tag whose commit is on no branch there would be refused by every release.
    await pushRefs(commands, { remote, what, refs: [branchRef] });
    await pushRefs(commands, { remote, what, refs: [tagRef] });
  }
}

const cannotBeAtomic = new Error('the server cannot take two references at once');

interface Push {
  readonly remote: string;
  readonly what: Pushed;
  readonly refs: readonly string[];
  readonly options?: readonly string[];
}

async function pushRefs(commands: GitCommands, { remote, what, refs, options = [] }: Push): Promise<void> {
  const { tag, branch } = what;
  const act = `push tag ${quote(tag.name)} to ${quote(remote)}`;
  const result = await pushPlainly(commands, { remote, refs, options });
  if (result.exitCode === 0) return;
  if (/does not support --atomic/.test(result.stderr)) throw cannotBeAtomic;
  // Where all fail together, only one of them has a reason of its own.
  const refusals = refusedRefs(result).filter(({ reason }) => !/atomic/i.test(reason));
  for (const { target, reason } of refusals) {
    if (!reason.startsWith('[rejected]'))
      throw new CutwaterError('FORBIDDEN', `Cannot ${act}: the remote refuses ${quote(target)}, ${quote(reason)}`);
    if (target === `refs/tags/${tag.name}`)
      throw new CutwaterError('TAG_MOVED', `Cannot ${act}: the remote has another tag of this name`, {
        hint: `Somebody pushed theirs first: look at it, delete yours with 'git tag -d ${tag.name}', and run the command again`,
      });
    throw new CutwaterError(
      'BRANCH_MOVED',
      `Cannot ${act}: branch ${quote(branch?.name ?? target)} of the remote has commits that this one has not`,
    );
  }
  throw networkFailure(act, result);
}
