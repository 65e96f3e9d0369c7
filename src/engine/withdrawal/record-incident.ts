import { isCutwaterError } from '../../domain/error.ts';
import type { Version } from '../../domain/version.ts';
import { releaseClassOf } from '../../domain/version.ts';
import type { Decision } from '../../estate/decisions.ts';
import { commitBeside, pushBeside } from './incident-beside.ts';
import { commitHere } from './incident-here.ts';
import type { CloneWorld, IncidentJob, IncidentOutcome } from './incident-job.ts';
import { editAt, incidentOf } from './incident-job.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { DecideWorld } from '../world.ts';

/**
 * Writes the incident under its version in the changelog, as one commit of that file alone: on the protected branch, in the
 * working copy where that is on it, clean and level with the remote, else beside it; where the policy wants that, or the
 * remote takes no push, on a branch `incident/vX.Y.Z-N`. An entry that is there already, or in a commit that a crash left
 * unpushed, is used as it is. The decision stands whatever becomes of its entry, so what cannot be written is an outcome and
 * no error.
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
  const job: IncidentJob = { incident, policy, base: loaded.commit, push };
  try {
    const edit = await editAt(world, job, job.base);
    if (edit.is === 'unchanged') return { is: 'there', branch: policy.git.branch };
    if (edit.is === 'refused') return { is: 'not-written', reason: `${policy.changelog} ${edit.reason}` };
    if (policy.withdrawal.incident === 'branch')
      return await commitBeside(world, job, { text: edit.text, because: undefined });
    return await commitOnProtected(world, job, edit.text);
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
    return { is: 'not-written', reason: error.message };
  }
}

async function commitOnProtected(world: CloneWorld, job: IncidentJob, text: string): Promise<IncidentOutcome> {
  const here = await commitHere(world, job);
  if (typeof here === 'object') return here;
  const pushed = job.push ? await pushBeside(world, job, here) : here;
  return typeof pushed === 'object' ? pushed : commitBeside(world, job, { text, because: pushed });
}
