import type { Policy } from '../../policy/policy.ts';
import type { Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, prose } from './inline.ts';
import { aliasNames, isEmbedded, withoutTls } from './project-names.ts';
import { sh } from './shell.ts';
import { withdrawalMessage } from './tag-messages.ts';

/** What is done when a published version turns out to be defective. */
export function rollback(policy: Policy): Chapter {
  return {
    title: 'Rollback',
    blocks: [
      say(prose`A stable release that turns out to be defective is withdrawn. Withdrawing is a signed decision like
        releasing, and it can be undone. Nothing is deleted: neither the tag nor the release nor the image, because
        others have copies and pins of them. Here ${code('VERSION')} is the defective version and ${code('PREVIOUS')}
        the one to use instead.`),
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
        prose`${code('ALIASES=move')}: ${aliasNames()} go back to the previous stable version at once. Right where the
          old version starts on the data of the new one.`,
        prose`${code('ALIASES=hold')}: they stay until a patch that reverts the defect is released, as a hotfix. Right
          where migrations only go forward: a server that is set back would not start, and operators need the backup
          first.`,
      ),
      ...(policy.upgrading === undefined
        ? []
        : [
            say(prose`Which of the two it is, ${code(policy.upgrading)} says for every version: going back is
              ${code('binary')} or ${code('restore')}.`),
          ]),
    ],
  };
}

function withdraw(policy: Policy): Step {
  return {
    title: 'Withdraw the version',
    blocks: [
      say(prose`The signed tag is the decision. It names the release tag and the digest that it speaks of, so that it
        can not be used for another one; ${code('/1')} is the first free number.`),
      commands('do', sh`cutwater withdraw "$VERSION" --reason "$REASON" --use "$PREVIOUS" --aliases "$ALIASES" --push`),
      commands(
        'hand',
        sh`RELEASE=$(git rev-parse "refs/tags/v$VERSION")`,
        sh`DIGEST=$(skopeo inspect${withoutTls(policy)} --format '{{.Digest}}' "docker://$IMAGE:$VERSION")`,
        sh`git tag -s "withdrawn/v$VERSION/1" -F - ${`origin/${policy.git.branch}`} <<END`,
        ...withdrawalMessage(policy),
        sh`END`,
        sh`git push origin "refs/tags/withdrawn/v$VERSION/1"`,
      ),
    ],
  };
}

function goBack(policy: Policy): Step {
  const tls = isEmbedded(policy) ? sh` --src-tls-verify=false --dest-tls-verify=false` : sh``;
  return {
    title: 'Let users see it',
    blocks: [
      say(prose`The workflow puts a banner on the release that says that it is deprecated, why, and what to use
        instead, and moves the aliases by digest, for all platforms at once:`),
      commands('ci', sh`cutwater reconcile`),
      say(prose`Where the workflow can not run, an alias is moved with a tool that copies the whole index. The
        commands ${code('docker pull')}, ${code('docker tag')} and ${code('docker push')} do not: of several platforms
        they leave one. Only after the withdrawal, and the same for ${code('X')} and ${code('X.Y')} where they point
        at the withdrawn version:`),
      commands(
        'rescue',
        sh`skopeo copy${tls} --all --preserve-digests "docker://$IMAGE:$PREVIOUS" "docker://$IMAGE:latest"`,
      ),
    ],
  };
}

function record(policy: Policy): Step {
  return {
    title: 'Tell users, and write down what happened',
    blocks: [
      say(prose`The reason and the version to use instead go where the release was announced.`),
      ...(policy.announce.length === 0 ? [] : [commands('ci', sh`cutwater announce "$VERSION"`)]),
      say(
        prose`The incident is noted in ${code(policy.changelog)} under the withdrawn version. ${incidentRule(policy)}`,
      ),
    ],
  };
}

function incidentRule({ withdrawal, git }: Policy): Inline {
  switch (withdrawal.incident) {
    case 'commit':
      return prose`${code('cutwater withdraw')} has committed the entry to ${code(git.branch)}, or, where the clone it ran in is somewhere else, to a branch
        ${code('incident/vX.Y.Z-N')}, which is to be merged.`;
    case 'branch':
      return prose`${code('cutwater withdraw')} has committed the entry to a branch ${code('incident/vX.Y.Z-N')}, which is to be merged.`;
    case 'none':
      return prose`A person writes the entry.`;
  }
}

function undo(): Step {
  return {
    title: 'If it was wrong: restore it',
    blocks: [
      say(prose`A withdrawal that turns out to be mistaken is undone by a decision of its own; the aliases follow:`),
      commands('alternative', sh`cutwater restore "$VERSION" --reason "the defect was elsewhere" --push`),
    ],
  };
}
