import type { ObjectId } from '../../domain/object-id.ts';
import { parseReleaseMessage, releaseTitle } from '../../domain/release-message.ts';
import type { Version } from '../../domain/version.ts';
import { releaseClassOf } from '../../domain/version.ts';
import type { Git } from '../../ports/git.ts';

/** What a release is for the process: `hotfix` is a stable version that was made beside the default branch. */
export type ReleaseKind = 'rc' | 'stable' | 'hotfix';

/**
 * Every kind whose gates, evidence and notes are asked of a release. A hotfix that was merged back before it is released
 * is asked for both: it is one still by the title its maintainer signed, or because its commit came to the default branch
 * by a merge, and whether somebody merged may spare it nothing. Empty for any other prerelease than X.Y.Z-rc.N. Throws
 * HISTORY_SHALLOW where the clone cannot tell.
 */
export async function releaseKindsOf(
  git: Pick<Git, 'isAncestor' | 'firstParents'>,
  release: Parameters<typeof releaseKindOf>[1] & {
    /** Of the release tag; undefined where it is not made yet. */
    readonly message: string | undefined;
  },
): Promise<readonly ReleaseKind[]> {
  const { version, commit, head, message } = release;
  const kind = await releaseKindOf(git, release);
  if (kind === undefined) return [];
  if (kind !== 'stable') return [kind];
  const isNamed = message !== undefined && parseReleaseMessage(message).title === releaseTitle(version, 'hotfix');
  const isMerged = isNamed || !(await git.firstParents(head)).includes(commit);
  return isMerged ? ['stable', 'hotfix'] : ['stable'];
}

/**
 * The kind of a release, by where its commit stands now. Any other prerelease than X.Y.Z-rc.N is undefined. Throws HISTORY_SHALLOW where the clone
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
