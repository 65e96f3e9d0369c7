import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { PartsResult } from '../release/build-parts.ts';
import { hasPlatform, requireKnown } from '../release/build-parts.ts';
import type { BuiltPart } from '../release/make-part.ts';
import { makePart } from '../release/make-part.ts';
import { requireTrustedSigner } from '../release/trusted-signer.ts';
import type { ReleaseWorld } from '../world.ts';
import { openJobs } from './edge.ts';
import { edgeOrder, findBuild } from './edge-build.ts';

/**
 * Builds one platform of every image of a commit of the default branch, for the run of `edge` that publishes it to put together.
 * An image of which a build is published already needs none. Killed anywhere and called again, it ends as if never killed.
 */
export async function buildEdgeParts(
  world: ReleaseWorld,
  loaded: LoadedPolicy,
  { revision, platform }: { readonly revision: string | undefined; readonly platform: Platform },
): Promise<PartsResult> {
  const jobs = await openJobs(world, loaded, revision);
  const commit = jobs[0]?.job.commit ?? loaded.commit;
  const about = { tag: undefined, commit, platform: formatPlatform(platform) };
  const name = `commit ${commit.slice(0, 12)}`;
  const own = jobs.filter(({ job }) => hasPlatform(job.image.platforms, platform));
  if (own.length === 0) {
    requireKnown(loaded, platform, name);
    return { ...about, nothing: `has no ${about.platform}: the policy of its tree does not name it`, parts: [] };
  }
  const parts: BuiltPart[] = [];
  for (const { world: at, job } of own) {
    if ((await findBuild(at, job)) !== undefined) continue;
    await requireTrustedSigner(world, loaded, `build ${name} of ${loaded.policy.git.branch}`);
    parts.push(await makePart(at, edgeOrder(job), platform));
  }
  return { ...about, nothing: parts.length === 0 ? 'is published already' : undefined, parts };
}
