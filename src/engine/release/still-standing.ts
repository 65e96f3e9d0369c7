import type { Digest } from '../../domain/digest.ts';
import { requireNoFailure } from '../evidence/require-evidence.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { requireStanding, withdrawalsAmong } from '../facts/withdrawals-now.ts';
import type { ReleaseWorld } from '../world.ts';
import type { ReleaseJob } from './make-candidate.ts';

/**
 * What a maintainer says against a release until its commit point stops it, whatever was signed before: that it is
 * withdrawn, or the candidate it promotes, or that a validation of it failed. Throws WITHDRAWAL_REFUSED, EVIDENCE_FAILED.
 */
export async function requireStillStanding(world: ReleaseWorld, job: ReleaseJob, image: Digest): Promise<void> {
  const { admitted, kinds, loaded } = job;
  const { version, commit, tag } = admitted;
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  requireStanding(await withdrawalsAmong(world, loaded, tags), version, image);
  const act = `release ${tag.name}`;
  await requireNoFailure(world, loaded, { act, version, commit, kinds, digest: image, tags });
}
