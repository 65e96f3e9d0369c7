import type { CheckpointEntry } from '../../domain/decision-message.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import { parseIndex, platformsOf } from '../../domain/oci-manifest.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { releaseClassOf } from '../../domain/version.ts';
import { parseChangelog, sectionOf } from '../../documents/changelog.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { judgeReleaseTag } from '../facts/read-record.ts';
import type { ReadWorld } from '../world.ts';

/** What a version lacks that today's policy asks of a release, in a few words each. */
export type GapFinder = (entry: CheckpointEntry, tag: GitTag) => Promise<readonly string[]>;

/** Looks at changelog, image and tag of versions that were published under other rules, or under none. */
export async function versionGaps(world: ReadWorld, loaded: LoadedPolicy): Promise<GapFinder> {
  const { policy, commit } = loaded;
  const file = await world.git.readFile(commit, policy.changelog);
  const changelog = file && parseChangelog(new TextDecoder().decode(file));
  const wanted = policy.images.slice(0, 1).flatMap(({ platforms }) => platforms.map(formatPlatform));
  return async (entry, tag) => {
    if (entry.digest === undefined) return [];
    const needsSection = releaseClassOf(entry.version) === 'stable';
    const hasSection = changelog !== undefined && sectionOf(changelog, entry.version).is === 'ok';
    const manifest = await world.repository.readManifest(entry.digest);
    const index = manifest && parseIndex(manifest);
    const platforms = index?.is === 'ok' ? platformsOf(index.value).map(({ platform }) => platform) : [];
    const lost = wanted.filter((platform) => !platforms.includes(platform));
    const verdict = await judgeReleaseTag(world, loaded, tag);
    return [
      ...(verdict.is === 'rejected' ? [`tag: ${verdict.reason}`] : []),
      ...(needsSection && !hasSection ? ['no changelog section'] : []),
      ...(index?.is === 'ok' ? lost.map((platform) => `no ${platform}`) : ['no list of platforms']),
    ];
  };
}
