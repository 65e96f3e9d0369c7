import type { Policy } from '../../policy/policy.ts';
import type { Chapter } from './document.ts';
import { commands, list, say } from './document.ts';
import { code, enumerate, prose } from './inline.ts';
import { sh } from './shell.ts';

/** What a version number promises, and which tags count. */
export function versions(policy: Policy): Chapter {
  const { ignoreTags } = policy.git;
  return {
    title: 'Versions and tags',
    blocks: [
      say(
        prose`Versions are strict SemVer 2.0.0. A release begins with a git tag, and only these names are release
          tags:`,
      ),
      list(
        prose`${code('vMAJOR.MINOR.PATCH')}, such as ${code('v1.4.0')}: a stable release`,
        prose`${code('vMAJOR.MINOR.PATCH-rc.N')}, such as ${code('v1.4.0-rc.2')}: a release candidate of it`,
      ),
      say(prose`Anything near them is refused with a reason and never guessed at: ${enumerate(nearMisses.map(code))}.
        A tag without annotation or without a signature that counts starts nothing.`),
      ...(ignoreTags.length === 0
        ? []
        : [
            say(prose`Tags of other streams in this repository are left alone: those that match
              ${enumerate(ignoreTags.map(code), 'or')}.`),
          ]),
      say(prose`Which number comes next follows from what changed:`),
      list(
        prose`MAJOR for changes that existing users must adapt to`,
        prose`MINOR for additions that they can ignore`,
        prose`PATCH for fixes`,
      ),
      say(prose`Below 1.0.0 a MINOR version may ask operators to act, and a PATCH holds fixes and safe additions only:
        it can be installed unread. Production pins an exact version or, better, a digest, and reads
        ${documents(policy)} before it crosses a MINOR version. A number that says less than the changelog or the
        upgrading notes declare is refused.`),
      say(
        prose`A tag is never moved, reused or deleted once it has been pushed; what is wrong is mended by the next
          number. Every tag, with the reason where it does not count:`,
      ),
      commands('do', sh`cutwater audit`),
      commands('look', sh`git for-each-ref --format='%(objecttype) %(refname:short)' refs/tags`),
      say(prose`There, an annotated tag is a ${code('tag')}; a ${code('commit')} is a tag that never counts.`),
    ],
    steps: [],
  };
}

const nearMisses = ['v1.4', 'v01.4.0', '1.4.0', 'V1.4.0', 'v1.4.0-rc1'];

function documents({ changelog, upgrading }: Policy) {
  return enumerate([code(changelog), ...(upgrading === undefined ? [] : [code(upgrading)])]);
}
