import type { ObjectId } from '../../domain/object-id.ts';
import type { Version } from '../../domain/version.ts';
import { releaseClassOf } from '../../domain/version.ts';
import type { Git } from '../../ports/git.ts';

/** What a release is for the process: `hotfix` is a stable version that was made beside the default branch. */
export type ReleaseKind = 'rc' | 'stable' | 'hotfix';

/**
 * The kind of a release, by where its commit stands now. A hotfix that was merged back meanwhile counts as stable, which
 * asks more of it, never less. Any other prerelease than X.Y.Z-rc.N is undefined. Throws HISTORY_SHALLOW where the clone
 * cannot tell.
 */
export async function releaseKindOf(
  git: Pick<Git, 'isAncestor'>,
  release: {
    readonly version: Version;
    readonly commit: ObjectId;
    /** Head of the default branch: `LoadedPolicy.commit`. */
    readonly head: ObjectId;
  },
): Promise<ReleaseKind | undefined> {
  switch (releaseClassOf(release.version)) {
    case 'prerelease':
      return undefined;
    case 'rc':
      return 'rc';
    case 'stable':
      return (await git.isAncestor(release.commit, release.head)) ? 'stable' : 'hotfix';
  }
}
