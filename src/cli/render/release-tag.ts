import type { ReleaseTagMade } from '../../engine/tag/make-release-tag.ts';

/** What became of a release tag, and what comes next, in a line each. `at` is the commit as it was asked for. */
export function renderReleaseTag(
  made: ReleaseTagMade,
  at: string | undefined,
): { readonly said: string; readonly next: string } {
  const { tag, commit, object, branch } = made;
  const said = made.is === 'made' ? `${tag} is made` : `${tag} is there already`;
  const pushed = branch === undefined ? 'pushed' : `pushed with branch ${branch}`;
  const where = { pushed, there: 'on the remote', nowhere: 'only in this clone' }[made.remote];
  const next =
    made.remote === 'nowhere'
      ? `Push it with 'cutwater tag ${tag} ${at === undefined ? '' : `--at ${commit} `}--push'${branch === undefined ? '' : `; branch ${branch} goes with it`}`
      : `Release it with 'cutwater release ${tag}'; where CI does, add --watch to wait for it`;
  return { said: `${said}, ${where}: commit ${commit.slice(0, 12)}, tag object ${object}`, next: `next: ${next}` };
}
