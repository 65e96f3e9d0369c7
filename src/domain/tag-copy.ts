import type { GitTag } from './git-tag.ts';

/**
 * Whether the tag of a clone is what a checkout in CI makes of an annotated one: a name for its commit, without the object
 * that is signed (actions/checkout#649).
 */
export function isLightweightCopy(local: GitTag, remote: GitTag): boolean {
  return local.objectType === 'commit' && remote.objectType === 'tag' && remote.commit === local.object;
}

/** The command that puts the remote's tags in the place of such copies. */
export const fetchTagObjects = "git fetch --force origin '+refs/tags/*:refs/tags/*'";
