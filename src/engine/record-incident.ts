import { CutwaterError, isCutwaterError } from '../domain/error.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { formatTagName, releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { releaseClassOf } from '../domain/version.ts';
import type { Incident } from '../documents/add-incident.ts';
import { addIncident } from '../documents/add-incident.ts';
import type { Edit } from '../documents/text-lines.ts';
import type { Decision } from '../estate/decisions.ts';
import type { WorkingCopyStatus } from '../ports/working-copy.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { DecideWorld } from './world.ts';

/** What became of the changelog entry about a withdrawal or a restore. */
export type IncidentOutcome =
  /** The policy, or the kind of version, wants none. */
  | { readonly is: 'off'; readonly reason: string }
  /** The entry is on this branch of the remote already. */
  | { readonly is: 'there'; readonly branch: string }
  | {
      readonly is: 'committed';
      readonly branch: string;
      readonly commit: ObjectId;
      readonly pushed: boolean;
      /** Why it is not on the protected branch, or not pushed there. */
      readonly because: string | undefined;
    }
  | { readonly is: 'not-written'; readonly reason: string };

/**
 * Writes the incident under its version in the changelog, as one commit of that file alone: on the protected branch where the
 * working copy is on it, clean and level with the remote, else on a branch `incident/vX.Y.Z-N` that is made without touching
 * the working copy. An entry that is there already, or in a commit that a crash left unpushed, is used as it is. The decision
 * stands whatever becomes of its entry, so what cannot be written is an outcome and no error.
 */
export async function recordIncident(
  world: DecideWorld,
  loaded: LoadedPolicy,
  decided: {
    readonly decision: Decision;
    /** What users of a withdrawn version should use, as far as there is such a version. */
    readonly useInstead: Version | undefined;
    readonly push: boolean;
  },
): Promise<IncidentOutcome> {
  const { decision, push } = decided;
  const { policy } = loaded;
  if (policy.withdrawal.incident === 'none') return { is: 'off', reason: 'the policy wants none' };
  if (releaseClassOf(decision.version) !== 'stable')
    return { is: 'off', reason: 'a release candidate has no section in the changelog' };
  const incident = incidentOf(decision, decided.useInstead, world.now);
  const job: Job = { incident, policy, base: loaded.commit, push };
  try {
    const edit = await editAt(world, job, job.base);
    if (edit.is === 'unchanged') return { is: 'there', branch: policy.git.branch };
    if (edit.is === 'refused') return { is: 'not-written', reason: `${policy.changelog} ${edit.reason}` };
    const unfit = policy.withdrawal.incident === 'branch' ? undefined : await commitHere(world, job);
    return typeof unfit === 'object' ? unfit : await commitBeside(world, job, { text: edit.text, because: unfit });
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
    return { is: 'not-written', reason: error.message };
  }
}

interface Job {
  readonly incident: Incident;
  readonly policy: LoadedPolicy['policy'];
  /** The protected branch's head, of the remote where there is one. */
  readonly base: ObjectId;
  readonly push: boolean;
}

/** On the protected branch in the working copy; why not, where that cannot be. */
async function commitHere(world: DecideWorld, job: Job): Promise<IncidentOutcome | string> {
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
async function isOnlyTheEntry({ git }: DecideWorld, { policy, base }: Job, head: ObjectId): Promise<boolean> {
  if ((await git.commitOf(`${head}^`)) !== base) return false;
  return (await git.changedPaths(base, head)).every((path) => path === policy.changelog);
}

/** The file as it should be on disk. Changes are in the way, but for the very edit that a crash left uncommitted. */
async function wantedOnDisk(
  { workingCopy }: DecideWorld,
  { incident, policy }: Job,
  { changes }: WorkingCopyStatus,
): Promise<Uint8Array | undefined> {
  const checkedOut = await workingCopy.readCheckedOut(policy.changelog);
  const text = checkedOut && decode(checkedOut);
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

async function pushHere(world: DecideWorld, job: Job, commit: ObjectId): Promise<IncidentOutcome> {
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

/** On a branch of its own, whatever the working copy is at. */
async function commitBeside(
  world: DecideWorld,
  job: Job,
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

async function editAt(world: DecideWorld, { incident, policy }: Job, commit: ObjectId): Promise<Edit> {
  const bytes = await world.git.readFile(commit, policy.changelog);
  if (bytes === undefined) return { is: 'refused', reason: 'is not there' };
  const text = decode(bytes);
  return text === undefined ? { is: 'refused', reason: 'is not UTF-8' } : addIncident(text, incident);
}

/** Undefined for what is no UTF-8: replaced by question marks, bytes would be lost. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function statusOf({ workingCopy }: DecideWorld): Promise<WorkingCopyStatus | undefined> {
  try {
    return await workingCopy.status();
  } catch (error) {
    if (isCutwaterError(error, 'USAGE')) return undefined;
    throw error;
  }
}

/** The date is that of the decision, so that a run on another day writes the same entry. */
function incidentOf(decision: Decision, useInstead: Version | undefined, now: number): Incident {
  const { kind, version, number, reason, claimedAt = now } = decision;
  const latest = 253_402_300_799;
  const date = new Date(Math.min(claimedAt, latest) * 1000).toISOString().slice(0, 10);
  const common = { decision: formatTagName({ kind, version, number }), version, date, reason };
  if (kind === 'restored') return { ...common, kind, useInstead: undefined };
  return { ...common, kind: decision.digest === undefined ? 'cancelled' : 'withdrawn', useInstead };
}

/** `incident/v1.2.3-1`, and for the restore `incident/v1.2.3-1-restored`. */
function branchOf({ kind, version, decision }: Incident): string {
  const number = decision.slice(decision.lastIndexOf('/') + 1);
  return `incident/${releaseTagOf(version)}-${number}${kind === 'restored' ? '-restored' : ''}`;
}

function messageOf({ kind, version, decision }: Incident): string {
  const what = { withdrawn: 'withdrawal', cancelled: 'cancellation', restored: 'restoration' }[kind];
  return `docs: record the ${what} of ${releaseTagOf(version)}\n\nDecided by ${decision}.\n`;
}
