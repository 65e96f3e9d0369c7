import type { Policy } from '../../policy/policy.ts';
import type { Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import { gatesOf, sourceGateCommands } from './gates.ts';
import { code, enumerate, prose } from './inline.ts';
import type { ShellLine } from './shell.ts';
import { sh } from './shell.ts';

/** From a candidate that was found good to users who know of the release. */
export function stable(policy: Policy): Chapter {
  return {
    title: 'Stable release',
    blocks: [],
    steps: [documents(policy), tests(policy), commit(policy), tag(policy), publish(), verify(), announce(policy)],
  };
}

function documents(policy: Policy): Step {
  const { changelog, upgrading, source } = policy;
  return {
    title: upgrading === undefined ? 'Write the changelog' : 'Write the changelog and the upgrading notes',
    blocks: [
      list(
        prose`In ${code(changelog)} the entries under "Unreleased" move to a section ${code('## [X.Y.Z] - YYYY-MM-DD')}${
          source === undefined
            ? prose``
            : prose`, and the list of links at the end gets ${code(`${source}/compare/vA.B.C...vX.Y.Z`)} for it`
        }.`,
        ...(upgrading === undefined
          ? []
          : [
              prose`In ${code(upgrading)} the version gets notes of its own: breaking changes, new and changed environment
variables, migrations, and the way back (${code('binary')}: the old version starts again; ${code('restore')}: the backup
first).`,
            ]),
      ),
      commands('do', sh`cutwater prepare "$VERSION"`),
      say(prose`By hand both are edits in an editor; the first one also by:`),
      commands('hand', ...changelogByHand(policy)),
    ],
  };
}

function changelogByHand({ changelog }: Policy): readonly ShellLine[] {
  const heading = sh`perl -pi -e 's/^## \\[?Unreleased\\]?$/$&\\n\\n## [$ENV{VERSION}] - $ENV{TODAY}/' ${changelog}`;
  return [sh`export TODAY=$(date -u +%F)`, heading];
}

function tests(policy: Policy): Step {
  return {
    title: 'Run the whole test suite',
    blocks: [
      ...gatesOf(policy, 'stable'),
      ...sourceGateCommands(policy, 'stable'),
      say(prose`The release runs them again. They count for the commit they ran on and for commits that differ from it only in
${enumerate(policy.notBuildInput.map(code))}, which are no input of the build.`),
    ],
  };
}

function commit(policy: Policy): Step {
  const files = [policy.changelog, ...(policy.upgrading === undefined ? [] : [policy.upgrading])];
  return {
    title: 'Commit the documents and push',
    blocks: [
      commands(
        'hand',
        sh`git add -- ${{ shell: files.map((file) => sh`${file}`.shell).join(' ') }}`,
        sh`git commit -m "docs: prepare release v$VERSION"`,
        sh`git push origin ${policy.git.branch}`,
      ),
    ],
  };
}

function tag(policy: Policy): Step {
  return {
    title: 'Sign the tag and push it',
    blocks: [
      say(
        prose`The tag is the decision to release; from here on the version number is used up. With a candidate that was found good, its bytes are promoted; without one, the commit is built.`,
      ),
      commands('do', sh`cutwater promote "$VERSION-rc.$RC" --push`),
      commands('hand', sh`git tag -s "v$VERSION" -m "Release v$VERSION"`, sh`git push origin "refs/tags/v$VERSION"`),
      list(
        prose`The tag is signed by a maintainer, and its commit is on ${enumerate(policy.git.releaseBranches.map(code), 'or')}.`,
      ),
    ],
  };
}

function publish(): Step {
  return {
    title: 'Wait for the release workflow',
    blocks: [
      commands('ci', sh`cutwater release "$VERSION"`),
      say(prose`It judges the tag, runs the gates, publishes image, binaries, SBOM and provenance, reads all of it back, and
moves ${enumerate([code('latest'), code('X'), code('X.Y')])} last. If it stops, start it again.`),
    ],
  };
}

function verify(): Step {
  return {
    title: 'Verify what was published',
    blocks: [
      commands('do', sh`cutwater verify "$VERSION"`),
      say(prose`Piece by piece: see "Verifying a release" below.`),
    ],
  };
}

function announce(policy: Policy): Step {
  return {
    title: 'Announce it',
    blocks: [
      say(
        prose`With links to the release's notes${
          policy.upgrading === undefined ? prose`` : prose` and to ${code(policy.upgrading)}`
        }.`,
      ),
      commands('do', sh`cutwater announce "$VERSION"`),
    ],
  };
}
