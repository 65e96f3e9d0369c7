import type { Policy } from '../../policy/policy.ts';
import type { Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import { code, prose } from './inline.ts';
import { aliasNames, withoutTls } from './project-names.ts';
import type { ShellLine } from './shell.ts';
import { sh } from './shell.ts';

/** What is done when a published version turns out to be defective. */
export function rollback(policy: Policy): Chapter {
  return {
    title: 'Rollback',
    blocks: [
      say(
        prose`A stable release that turns out to be defective is withdrawn. Withdrawing is a signed decision like releasing, and it can be undone. Nothing is deleted: neither the tag nor the release nor the image, because others have copies and pins of them.`,
      ),
      commands('setup', sh`export REASON="loses uploads above 4 GiB" ALIASES=move`),
    ],
    steps: [choose(policy), withdraw(policy), goBack(policy), record(policy), undo()],
  };
}

function choose(policy: Policy): Step {
  return {
    title: 'Choose the way back',
    blocks: [
      list(
        prose`${code('move')}: ${aliasNames()} go back to the previous stable version at once. Right where the old version
starts on the data of the new one.`,
        prose`${code('hold')}: they stay until a patch that reverts the defect is released, by the hotfix chapter. Right where
migrations only go forward: a server that is set back would not start, and operators need the backup first.`,
      ),
      ...(policy.upgrading === undefined
        ? []
        : [say(prose`Which of the two it is, ${code(policy.upgrading)} says at "way back" of the withdrawn version.`)]),
    ],
  };
}

function withdraw(policy: Policy): Step {
  return {
    title: 'Withdraw the version',
    blocks: [
      say(prose`The signed tag is the decision. It names the release tag and the digest it speaks of, so that it can not be
used for another one; ${code('/1')} is the first free number.`),
      commands('do', sh`cutwater withdraw "$VERSION" --reason "$REASON" --use "$PREVIOUS" --aliases "$ALIASES" --push`),
      commands('hand', ...withdrawalByHand(policy)),
    ],
  };
}

function withdrawalByHand(policy: Policy): readonly ShellLine[] {
  return [
    sh`RELEASE=$(git rev-parse "refs/tags/v$VERSION")`,
    sh`DIGEST=$(skopeo inspect${withoutTls(policy)} --format '{{.Digest}}' "docker://$IMAGE:$VERSION")`,
    sh`git tag -s "withdrawn/v$VERSION/1" "origin/${policy.git.branch}" -F - <<END`,
    sh`Withdraw v$VERSION`,
    sh``,
    sh`$REASON`,
    sh``,
    sh`Project: ${policy.project}`,
    sh`Decision: withdrawn`,
    sh`Version: $VERSION`,
    sh`Release-Tag: $RELEASE`,
    sh`Image: $DIGEST`,
    sh`Aliases: $ALIASES`,
    sh`Use-Instead: $PREVIOUS`,
    sh`END`,
    sh`git push origin "refs/tags/withdrawn/v$VERSION/1"`,
  ];
}

function goBack(policy: Policy): Step {
  const copy = sh`skopeo copy${
    withoutTls(policy).shell === '' ? sh`` : sh` --src-tls-verify=false --dest-tls-verify=false`
  } --all --preserve-digests "docker://$IMAGE:$PREVIOUS" "docker://$IMAGE:latest"`;
  return {
    title: 'Let users see it',
    blocks: [
      say(
        prose`The workflow puts a banner on the release that says that it is deprecated, why, and what to use instead, and moves the aliases by digest, for all platforms at once:`,
      ),
      commands('ci', sh`cutwater reconcile`),
      say(prose`Where the workflow can not run, an alias is moved by hand with a tool that copies the whole index. The three
commands ${code('docker pull')}, ${code('docker tag')} and ${code('docker push')} do not: they leave one platform of
several. Repeat it for ${code('X')} and ${code('X.Y')} where they point at the withdrawn version.`),
      commands('look', copy),
    ],
  };
}

function record(policy: Policy): Step {
  return {
    title: 'Tell users, and write down what happened',
    blocks: [
      say(prose`On the same channels as the release, with the reason and the version to use instead. The incident is noted in
${code(policy.changelog)} under the withdrawn version.`),
      commands('do', sh`cutwater announce "$VERSION"`),
    ],
  };
}

function undo(): Step {
  return {
    title: 'If it was wrong: restore it',
    blocks: [
      say(prose`A withdrawal that turns out to be mistaken is undone by a decision of its own; the aliases follow.`),
      commands('do', sh`cutwater restore "$VERSION" --reason "the defect was elsewhere" --push`),
    ],
  };
}
