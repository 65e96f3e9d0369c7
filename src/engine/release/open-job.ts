import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import type { Version } from '../../domain/version.ts';
import type { Policy } from '../../policy/policy.ts';
import { requireDocuments } from '../documents/document-gate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readPolicyAt } from '../facts/load-policy.ts';
import { readRecord } from '../facts/read-record.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { releaseKindsOf } from '../facts/release-class.ts';
import type { Withdrawals } from '../facts/withdrawals-now.ts';
import { readWithdrawals, requireStanding } from '../facts/withdrawals-now.ts';
import type { ReleaseWorld } from '../world.ts';
import { admitRelease } from './admit-release.ts';
import type { ReleaseJob } from './make-candidate.ts';
import { sameImages } from './same-image.ts';
import { requireTrustedSigner } from './trusted-signer.ts';

/** The release of a version whose tag was judged, under the rules of the branch and the build of its tree. */
export async function openJob(world: ReleaseWorld, loaded: LoadedPolicy, version: Version): Promise<ReleaseJob> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const admitted = await admitRelease(world, loaded, { version, tags });
  const build = await readPolicyAt(world.git, admitted.commit, `${admitted.tag.name}:cutwater.yaml`);
  const images = sameImages(loaded.policy, build, `release ${admitted.tag.name}`);
  sayWhatIsLeftOut(world, loaded, { build, tag: admitted.tag.name });
  const { message } = admitted.object;
  const kinds = await releaseKindsOf(world.git, { ...admitted, head: loaded.commit, message });
  return { loaded, build, ...images, admitted, kinds, tags };
}

/** A tree of before a companion joined, as that of an older line, does not have it: its aliases stay where they are. */
function sayWhatIsLeftOut(
  world: ReleaseWorld,
  { policy }: LoadedPolicy,
  { build, tag }: { readonly build: Policy; readonly tag: string },
): void {
  const own = build.images.map(({ name }) => formatImageName(name));
  for (const name of policy.images.map((image) => formatImageName(image.name)).filter((one) => !own.includes(one)))
    world.report({
      type: 'note',
      level: 'warning',
      text: `${tag} is released without ${name}: the policy of its tree does not name it`,
    });
}

/** What was released under this version; undefined where nothing was. Throws where it was for another tag object. */
export async function findCommitted(world: ReleaseWorld, job: ReleaseJob): Promise<ReleasePredicate | undefined> {
  const { admitted, loaded } = job;
  const record = await readRecord(world, loaded, admitted.version);
  if (record.is === 'absent') return undefined;
  if (record.is === 'rejected')
    throw new CutwaterError(
      'VERIFICATION_FAILED',
      `Cannot release ${admitted.tag.name}: its stored statement does not count: ${record.reason}`,
    );
  if (record.release.tag.object !== admitted.tag.object)
    throw new CutwaterError(
      'TAG_MOVED',
      `Cannot release ${admitted.tag.name}: the tag is object ${admitted.tag.object}, ${record.release.tag.object} was released under this name`,
    );
  return record.release;
}

/**
 * What a release must pass before anything is built for it, by whichever job: CI's key counts, the version stands, and its
 * documents say what they must.
 */
export async function requireReady(world: ReleaseWorld, job: ReleaseJob): Promise<Withdrawals> {
  const { admitted, build, loaded, tags } = job;
  await requireTrustedSigner(world, loaded, `release ${admitted.tag.name}`);
  const { version, commit, object } = admitted;
  const withdrawn = await readWithdrawals(world, loaded);
  requireStanding(withdrawn, version);
  await requireDocuments(world, loaded, { version, commit, build, tags, tagMessage: object.message });
  return withdrawn;
}
