import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { CloneWorld, IncidentJob, IncidentOutcome } from './incident-job.ts';
import { branchOf, editAt, messageOf } from './incident-job.ts';

/** How often a commit is made anew because somebody else pushed in between. */
const attempts = 3;

/**
 * On the protected branch of the remote, without touching the working copy; why not, where the remote does not take it. A
 * branch that has moved on meanwhile is fetched, and the entry is made anew on top of it.
 */
export async function pushBeside(
  world: CloneWorld,
  job: IncidentJob,
  because: string,
): Promise<IncidentOutcome | string> {
  const { incident, policy } = job;
  const { branch } = policy.git;
  let { base } = job;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const edit = await editAt(world, job, base);
    if (edit.is === 'unchanged') return { is: 'there', branch };
    if (edit.is === 'refused') return { is: 'not-written', reason: `${policy.changelog} ${edit.reason}` };
    const bytes = new TextEncoder().encode(edit.text);
    const change = { parent: base, path: policy.changelog, bytes, message: messageOf(incident) };
    const commit = await world.branchWriter.commitFile(change);
    try {
      await world.workingCopy.pushBranch({ branch, commit });
      return { is: 'committed', branch, commit, pushed: true, because };
    } catch (error) {
      if (isCutwaterError(error, 'FORBIDDEN')) return `the remote takes no push to ${branch}`;
      if (!isCutwaterError(error, 'BRANCH_MOVED')) throw error;
    }
    await world.git.fetchRemote();
    base = (await world.git.branchHead(branch)) ?? base;
  }
  return `${branch} of the remote moves too often`;
}

/** On a branch of its own, whatever the working copy is at. */
export async function commitBeside(
  world: CloneWorld,
  job: IncidentJob,
  { text, because }: { readonly text: string; readonly because: string | undefined },
): Promise<IncidentOutcome> {
  const { incident, policy, base, push } = job;
  const branch = branchOf(incident);
  const hasRemote = (await world.git.remoteUrl()) !== undefined;
  const there = hasRemote ? await world.git.branchHead(branch) : undefined;
  if (there !== undefined && (await editAt(world, job, there)).is === 'unchanged') return { is: 'there', branch };
  if (there !== undefined) return { is: 'not-written', reason: `the remote has another branch ${branch}` };
  const here = await world.git.commitOf(`refs/heads/${branch}`);
  if (here !== undefined && (await editAt(world, job, here)).is !== 'unchanged')
    return { is: 'not-written', reason: `there is another branch ${branch} here` };
  const bytes = new TextEncoder().encode(text);
  const change = { parent: base, path: policy.changelog, bytes, message: messageOf(incident) };
  const commit = here ?? (await world.branchWriter.commitFile(change));
  if (here === undefined && !(await world.branchWriter.createBranch({ name: branch, commit })))
    throw new CutwaterError('LOCKED', `Cannot make branch ${branch}: somebody else made it meanwhile`);
  if (push) await world.workingCopy.pushBranch({ branch, commit });
  return { is: 'committed', branch, commit, pushed: push, because };
}
