import { isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { escapeText } from '../../domain/quote.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import type { CommitComparison, PathPolicy } from '../../estate/build-inputs.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { compareCommits } from '../facts/equivalent-commits.ts';
import { policyFile, readPolicyAt } from '../facts/load-policy.ts';
import type { VerifyWorld } from '../world.ts';

const name = 'build commit';

/**
 * Whether the commit that was built is the same build as the tag's, compared again in this clone. What counts as input is
 * what the policy in the trees says, which the maintainer signed with the tag; a project that has become stricter since
 * makes no release wrong. Without the commits nothing is compared, and said so: the statement itself is signed.
 */
export async function checkBuildCommit(
  { git }: Pick<VerifyWorld, 'git'>,
  rules: PathPolicy,
  { source, build, promotes }: Pick<ReleasePredicate, 'source' | 'build' | 'promotes'>,
): Promise<readonly Check[]> {
  if (source.commit === build.commit) return [];
  const compare = (by: PathPolicy): Promise<CommitComparison> =>
    compareCommits(git, by, { from: build.commit, to: source.commit });
  const what = `built from ${build.commit.slice(0, 12)}${promotes === undefined ? '' : ` as ${promotes.version}`}`;
  try {
    const today = await compare(rules);
    if (today.is === 'unknown') return [notRechecked(`this clone does not have commit ${today.missing}`)];
    if (today.is === 'equivalent')
      return [passed(name, `${what}; the tag's commit differs only in ${listed(today.paths)}, no build input`)];
    const signed = await compare({ notBuildInput: ['**'] });
    if (signed.is !== 'different')
      return [
        {
          name,
          is: 'warning',
          says: `${what}; today's policy calls ${listed(today.inputs)} build input, the tag's does not`,
        },
      ];
    if (!(await isReadable(git, source.commit)))
      return [notRechecked('this version cannot read the policy of the tag')];
    return [failed(name, `${what}, and the tag's commit differs in build inputs: ${listed(signed.inputs)}`)];
  } catch (error) {
    if (isCutwaterError(error, 'NOT_A_REPOSITORY')) return [notRechecked('no clone')];
    throw error;
  }
}

/** Formats change over the years; what cannot be read says neither that a path is input nor that it is none. */
async function isReadable(git: VerifyWorld['git'], commit: ObjectId): Promise<boolean> {
  try {
    await readPolicyAt(git, commit, policyFile);
    return true;
  } catch (error) {
    if (isCutwaterError(error, 'CONFIG_INVALID')) return false;
    throw error;
  }
}

function notRechecked(why: string): Check {
  return { name, is: 'warning', says: `not rechecked: ${why}` };
}

const shownPaths = 10;

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, shownPaths).map((path) => escapeText(path));
  if (paths.length > shownPaths) shown.push(`${paths.length - shownPaths} more`);
  return shown.length === 0 ? 'nothing' : shown.join(', ');
}
