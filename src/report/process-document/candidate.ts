import { buildMatrix } from '../../policy/build-matrix.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import { awaitedChecks } from './forge-checks.ts';
import { evidenceOf, gatesOf, listedBy, scanOf } from './gates.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { aliasNames, withoutTls } from './project-names.ts';
import { sayOf, versionPaths } from './release-documents.ts';
import { sh, words } from './shell.ts';
import { versionEdits, versionFileNames } from './version-edits.ts';

/** From the decision for a version to a candidate that is found good, or to the next one. */
export function candidate(policy: Policy): Chapter {
  return {
    title: 'Release candidate',
    blocks: [
      say(prose`A candidate is what would be released, published under a name of its own so that it can be tried. If
        it is good, its very bytes become the stable release; nothing is built again.`),
    ],
    steps: [decide(policy), ...setVersion(policy), tag(policy), publish(policy), validate(policy), conclude(policy)],
  };
}

function decide(policy: Policy): Step {
  return {
    title: 'Decide the version',
    blocks: [
      say(prose`Everything that users will notice stands under "Unreleased" in ${code(policy.changelog)}. Compare it
        with the commits since the last stable version; what is declared there decides the number.`),
      commands('ask', sh`cutwater prepare "$VERSION-rc.$RC" --check`),
      commands('look', sh`git log --oneline "v$PREVIOUS..origin/${policy.git.branch}"`, sh`less ${policy.changelog}`),
    ],
  };
}

/** Once for each version, before its first candidate. */
function setVersion(policy: Policy): readonly Step[] {
  if (policy.versionFiles.length === 0) return [];
  return [
    {
      title: 'Set the version',
      blocks: [
        say(prose`${versionFileNames(policy)} ${sayOf(policy.versionFiles)} the stable version from the first candidate on, without
          ${code('-rc.N')}: the bytes of the candidate are those of the release.`),
        commands('do', sh`cutwater prepare "$VERSION-rc.$RC" --push`),
        ...versionEdits(policy),
        commands(
          'hand',
          sh`git add -- ${words(versionPaths(policy))}`,
          sh`git commit -m "docs: prepare release v$VERSION-rc.$RC"`,
          sh`git push origin ${policy.git.branch}`,
        ),
      ],
    },
  ];
}

function tag(policy: Policy): Step {
  const mark = policy.signatures.rc === 'required' ? prose`The tag is signed.` : prose`Sign the tag if you can.`;
  return {
    title: 'Tag the candidate',
    blocks: [
      say(prose`On the commit of ${code(policy.git.branch)} that is to be tried. ${mark}`),
      commands('do', sh`cutwater tag "$VERSION-rc.$RC" --push`),
      commands(
        'hand',
        sh`git tag -s "v$VERSION-rc.$RC" -m "Release candidate $VERSION-rc.$RC"`,
        sh`git push origin "refs/tags/v$VERSION-rc.$RC"`,
      ),
    ],
  };
}

/** A reader would else expect gates on the source before the builds. */
function builds(policy: Policy): Inline {
  const platforms = buildMatrix(policy).map(({ platform }) => code(platform));
  if (platforms.length === 0) return prose`, then`;
  return prose`. Then ${enumerate(platforms)} ${platforms.length === 1 ? 'is' : 'are'} built, each on a machine of its kind, and`;
}

function publish(policy: Policy): Step {
  return {
    title: 'Let it be built, tested and published',
    blocks: [
      say(prose`The pushed tag starts the release workflow. The tag is judged first${builds(policy)} these gates run:`),
      ...gatesOf(policy, 'rc'),
      ...scanOf(policy),
      ...listedBy(policy),
      ...awaitedChecks(policy, 'rc'),
      commands('ci', sh`cutwater release "$VERSION-rc.$RC"`),
      say(prose`What is published are ${code('X.Y.Z-rc.N')} and ${code('sha-COMMIT')}. Of ${aliasNames()} none moves,
        and the run looks at that too before it ends.`),
      commands(
        'look',
        sh`skopeo inspect${withoutTls(policy)} --format '{{.Digest}}' "docker://$IMAGE:$VERSION-rc.$RC"`,
        sh`skopeo inspect${withoutTls(policy)} --format '{{.Digest}}' "docker://$IMAGE:latest"`,
      ),
    ],
  };
}

function validate(policy: Policy): Step {
  const wanted = evidenceOf(policy, 'stable');
  const names = enumerate(wanted.map(({ name }) => prose`${name}`));
  return {
    title: 'Validate it',
    blocks: [
      say(prose`Deploy the candidate to staging, by its digest. Run the integration tests against it. Start it on a
        copy of production data and see that the migrations go through.`),
      ...(wanted.length === 0
        ? []
        : [
            say(prose`The stable release waits for these results, each signed by a maintainer: ${names}. What has not
              been run is pending, and pending is not passed.`),
            commands(
              'do',
              ...wanted.map(({ name }) => sh`cutwater evidence add ${name} "$VERSION-rc.$RC" --result pass --push`),
            ),
          ]),
    ],
  };
}

function conclude(policy: Policy): Step {
  const [first] = evidenceOf(policy, 'stable');
  return {
    title: 'Promote it, or cut the next one',
    blocks: [
      list(
        prose`It is good: go on with the stable release below.`,
        prose`It is not: record what failed, mend it on ${code(policy.git.branch)}, and tag again with
          ${code('RC')} one higher. The failed candidate stays published, and is listed as failed.`,
      ),
      ...(first === undefined
        ? []
        : [commands('do', sh`cutwater evidence add ${first.name} "$VERSION-rc.$RC" --result fail --push`)]),
    ],
  };
}
