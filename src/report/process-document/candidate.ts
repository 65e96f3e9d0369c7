import type { Policy } from '../../policy/policy.ts';
import type { Block, Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import { evidenceOf, gatesOf } from './gates.ts';
import { code, enumerate, prose } from './inline.ts';
import { aliasNames, withoutTls } from './project-names.ts';
import { sh } from './shell.ts';

/** From the decision for a version to a candidate that is found good, or to the next one. */
export function candidate(policy: Policy): Chapter {
  return {
    title: 'Release candidate',
    blocks: [
      say(
        prose`A candidate is what would be released, published under a name of its own so that it can be tried. If it is good, its very bytes become the stable release; nothing is built again.`,
      ),
    ],
    steps: [decide(policy), tag(policy), publish(policy), validate(policy), conclude(policy)],
  };
}

function decide(policy: Policy): Step {
  return {
    title: 'Decide the version',
    blocks: [
      say(prose`Everything users will notice stands under "Unreleased" in ${code(policy.changelog)}. Compare it with the
commits since the last stable version, and choose the number by what is declared there.`),
      commands('do', sh`cutwater status`),
      commands('look', sh`git log --oneline "v$PREVIOUS..origin/${policy.git.branch}"`, sh`less ${policy.changelog}`),
      say(prose`Files that hold the version say the stable one from now on, without ${code('-rc.N')}: the candidate's bytes are
the release's.`),
    ],
  };
}

function tag(policy: Policy): Step {
  const signed = policy.signatures.rc === 'required';
  return {
    title: 'Tag the candidate',
    blocks: [
      say(
        prose`On the commit of ${code(policy.git.branch)} that is to be tried. ${
          signed ? prose`The tag is signed.` : prose`Sign the tag if you can.`
        }`,
      ),
      commands('do', sh`cutwater tag "$VERSION-rc.$RC" --push`),
      commands(
        'hand',
        sh`git tag -s "v$VERSION-rc.$RC" -m "Release candidate $VERSION-rc.$RC"`,
        sh`git push origin "refs/tags/v$VERSION-rc.$RC"`,
      ),
    ],
  };
}

function publish(policy: Policy): Step {
  return {
    title: 'Let it be built, tested and published',
    blocks: [
      say(prose`The pushed tag starts the release workflow. The tag is judged first, then these gates run:`),
      ...gatesOf(policy, 'rc'),
      commands('ci', sh`cutwater release "$VERSION-rc.$RC"`),
      say(prose`What is published are ${code('X.Y.Z-rc.N')} and ${code('sha-COMMIT')}. Of ${aliasNames()} none moves, which is
looked at afterwards too.`),
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
  const blocks: readonly Block[] =
    wanted.length === 0
      ? [say(prose`The rules ask for no signed result. What was found out is worth recording all the same:`)]
      : [say(prose`A stable release waits for these results, each signed by a maintainer: ${names}.`)];
  return {
    title: 'Validate it',
    blocks: [
      say(
        prose`Deploy the candidate to staging, by its digest. Run the integration tests against it. Start it on a copy of production data and see that the migrations go through.`,
      ),
      ...blocks,
      commands('do', ...wanted.map(({ name }) => sh`cutwater evidence add ${name} --for "$VERSION-rc.$RC" --push`)),
    ],
  };
}

function conclude(policy: Policy): Step {
  return {
    title: 'Promote it, or cut the next one',
    blocks: [
      list(
        prose`It is good: go on with the stable release below.`,
        prose`It is not: record what failed, mend it on ${code(policy.git.branch)}, and begin again at step 2 with
${code('RC')} one higher. The failed candidate stays published and is listed as failed.`,
      ),
      commands('do', sh`cutwater evidence add staging --for "$VERSION-rc.$RC" --result fail --push`),
    ],
  };
}
