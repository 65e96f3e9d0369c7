import { isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { addIncident } from '../../documents/add-incident.ts';
import type { WorkingCopyStatus } from '../../ports/working-copy.ts';
import type { CloneWorld, IncidentJob, IncidentOutcome } from './incident-job.ts';
import { branchOf, decodeText, editAt, messageOf } from './incident-job.ts';

/** On the protected branch in the working copy; why not, where that cannot be. */
export async function commitHere(world: CloneWorld, job: IncidentJob): Promise<IncidentOutcome | string> {
  const { policy, base, push } = job;
  const status = await statusOf(world);
  if (status === undefined) return 'there is no working copy here';
  const { branch } = policy.git;
  if (status.branch !== branch || status.head === undefined) return `the working copy is not on ${branch}`;
  if (status.operation !== undefined) return `a ${status.operation} is under way here`;
  if (status.head !== base) {
    // Made before and not pushed.
    const edit = await editAt(world, job, status.head);
    if (edit.is !== 'unchanged') return `${branch} here and on the remote are not at the same commit`;
    const isAlone = await isOnlyTheEntry(world, job, status.head);
    const own = { is: 'committed', branch, commit: status.head } as const;
    if (push && isAlone) return pushHere(world, job, own.commit);
    return {
      ...own,
      pushed: false,
      because: push ? `${branch} here has other commits that are not pushed` : undefined,
    };
  }
  const wanted = await wantedOnDisk(world, job, status);
  if (wanted === undefined) return 'the working copy has changes';
  const { workingCopy } = world;
  await workingCopy.writeFile(policy.changelog, wanted);
  const made = { paths: [policy.changelog], message: messageOf(job.incident), parent: base };
  const commit = await workingCopy.commitFiles(made);
  return push ? pushHere(world, job, commit) : { is: 'committed', branch, commit, pushed: false, because: undefined };
}

/** Whether a commit is one step from the base and changes the changelog alone, so that nothing else is pushed with it. */
async function isOnlyTheEntry({ git }: CloneWorld, { policy, base }: IncidentJob, head: ObjectId): Promise<boolean> {
  if ((await git.commitOf(`${head}^`)) !== base) return false;
  return (await git.changedPaths(base, head)).every((path) => path === policy.changelog);
}

/** The file as it should be on disk. Changes are in the way, but for the very edit that a crash left uncommitted. */
async function wantedOnDisk(
  { workingCopy }: CloneWorld,
  { incident, policy, base }: IncidentJob,
  { changes }: WorkingCopyStatus,
): Promise<Uint8Array | undefined> {
  const checkedOut = await workingCopy.readCheckedOut(base, policy.changelog);
  const text = checkedOut && decodeText(checkedOut);
  const edit = text === undefined ? undefined : addIncident(text, incident);
  if (edit?.is !== 'edited') return undefined;
  const wanted = new TextEncoder().encode(edit.text);
  const inTheWay = changes.filter(({ kind }) => kind !== 'untracked');
  if (inTheWay.length === 0) return wanted;
  const onDisk = await workingCopy.readFile(policy.changelog);
  const isOurs =
    inTheWay.every(({ kind, path }) => kind === 'unstaged' && path === policy.changelog) &&
    onDisk !== undefined &&
    Buffer.compare(onDisk, wanted) === 0;
  return isOurs ? wanted : undefined;
}

async function pushHere(world: CloneWorld, job: IncidentJob, commit: ObjectId): Promise<IncidentOutcome> {
  const { branch } = job.policy.git;
  try {
    await world.workingCopy.pushBranch({ branch, commit });
    return { is: 'committed', branch, commit, pushed: true, because: undefined };
  } catch (error) {
    if (isCutwaterError(error, 'BRANCH_MOVED'))
      return { is: 'committed', branch, commit, pushed: false, because: `${branch} of the remote has moved on` };
    if (!isCutwaterError(error, 'FORBIDDEN')) throw error;
    // Protected branches take pull requests only; the same commit can be one.
    const own = branchOf(job.incident);
    await world.workingCopy.pushBranch({ branch: own, commit });
    return { is: 'committed', branch: own, commit, pushed: true, because: `the remote takes no push to ${branch}` };
  }
}

async function statusOf({ workingCopy }: CloneWorld): Promise<WorkingCopyStatus | undefined> {
  try {
    return await workingCopy.status();
  } catch (error) {
    if (isCutwaterError(error, 'USAGE')) return undefined;
    throw error;
  }
}
