import type { Policy } from '../../policy/policy.ts';
import { announcing } from './announcements.ts';
import type { Block, Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import { awaitedChecks } from './forge-checks.ts';
import { gatesOf, sourceGateCommands } from './gates.ts';
import { code, enumerate, prose } from './inline.ts';
import { aliasNames } from './project-names.ts';
import { sh, words } from './shell.ts';
import { documentEdits, documentRules, prepareCommand, preparedFiles } from './release-documents.ts';

/** From a candidate that was found good to users who know of the release. */
export function stable(policy: Policy): Chapter {
  return {
    title: 'Stable release',
    blocks: [],
    steps: [documents(policy), tests(policy), commit(policy), tag(policy), publish(policy), verify(), announce(policy)],
  };
}

function documents(policy: Policy): Step {
  return {
    title: policy.upgrading === undefined ? 'Write the changelog' : 'Write the changelog and the upgrading notes',
    blocks: [
      list(...documentRules(policy)),
      say(prose`What is missing, and every defect of the changelog:`),
      commands('ask', sh`cutwater prepare "$VERSION" --check`),
      ...documentEdits(policy),
    ],
  };
}

function tests(policy: Policy): Step {
  return {
    title: 'Run the whole test suite',
    blocks: [
      ...gatesOf(policy, 'stable'),
      ...sourceGateCommands(policy, 'stable'),
      say(prose`The release runs them again.`),
      ...awaitedChecks(policy, 'stable'),
    ],
  };
}

function commit(policy: Policy): Step {
  const files = words(preparedFiles(policy));
  return {
    title: 'Commit the documents and push',
    blocks: [
      say(prose`Exactly these files, with this message. A commit that differs from the tested one only in
        ${enumerate(policy.notBuildInput.map(code))} counts as the same build.`),
      ...prepareCommand(policy),
      commands(
        'hand',
        sh`git add -- ${files}`,
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
      say(prose`The tag is the decision to release, and from here on the version number is used up. It is signed by a
        maintainer, on a commit of ${enumerate(policy.git.releaseBranches.map(code), 'or')}. Where a candidate of the
        same build is published, its bytes are promoted; else the commit is built.`),
      commands('do', sh`cutwater promote "$VERSION-rc.$RC" --push`),
      say(prose`Without a candidate:`),
      commands('alternative', sh`cutwater tag "$VERSION" --push`),
      commands('hand', sh`git tag -s "v$VERSION" -m "Release v$VERSION"`, sh`git push origin "refs/tags/v$VERSION"`),
    ],
  };
}

function publish(policy: Policy): Step {
  const parts = ['the image', ...(policy.binaries.length === 0 ? [] : ['binaries']), 'SBOMs', 'provenance'];
  return {
    title: 'Wait for the release workflow',
    blocks: [
      commands('ci', sh`cutwater release "$VERSION"`),
      say(prose`It judges the tag, runs the gates, publishes ${enumerate(parts.map((part) => prose`${part}`))}, reads all of
        it back, and moves ${aliasNames()} last. If it stops, start it again; it goes on where it was.`),
      ...watching(policy),
    ],
  };
}

/** Folders on disk run nothing that could be watched. */
function watching({ forge }: Policy): readonly Block[] {
  if (forge.kind === 'local') return [];
  return [
    say(prose`To see its jobs while it runs, and then what became of each artifact:`),
    commands('do', sh`cutwater release "$VERSION" --watch`),
  ];
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
  const notes = policy.upgrading === undefined ? prose`` : prose` and to ${code(policy.upgrading)}`;
  return {
    title: 'Announce it',
    blocks: [say(prose`With links to the notes of the release${notes}.`), ...announcing(policy)],
  };
}
