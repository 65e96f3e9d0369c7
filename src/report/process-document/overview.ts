import { formatImageName } from '../../domain/image-name.ts';
import { companionVariable } from '../../policy/companion-variable.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';
import type { Block, Chapter } from './document.ts';
import { commands, list, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { imageOf, imageVariable, isEmbedded, platformsOf } from './project-names.ts';
import { sh } from './shell.ts';

/** What is released, from where, by whom; and the names that every later command uses. */
export function overview(policy: Policy): Chapter {
  return {
    title: 'At a glance',
    blocks: [
      { kind: 'table', head: ['What', 'Here'], rows: rows(policy) },
      say(
        prose`Beside each step below stand the command of Cutwater that does it and, wherever there is one, the way to
          do or to see the same with the usual tools. Both can be copied once these names are set:`,
      ),
      commands('setup', sh`export VERSION=0.4.0 PREVIOUS=0.3.1 RC=1`, sh`export ${imageVariable(policy)}`),
      list(
        prose`${code('VERSION')} is the stable version that is to be released, without ${code('v')}.`,
        prose`${code('PREVIOUS')} is the stable version before it, which users have now.`,
        prose`${code('RC')} is the number of the release candidate, beginning with 1 for each version.`,
        prose`${code('IMAGE')} is where the image is pulled from.${embeddedHint(policy)}`,
      ),
      say(prose`No command has to be remembered when something stops halfway. Every one of them looks at what is
        there, does what is missing, and can be run again at any time; ${code('cutwater status')} says where things
        stand and what comes next.`),
    ],
    steps: [],
  };
}

function rows(policy: Policy): readonly (readonly Inline[])[] {
  const image = imageOf(policy);
  const { maintainers, ci } = policy.trust;
  const lines: readonly (readonly [string, Inline | undefined])[] = [
    ['Rules', prose`${code('cutwater.yaml')} at the head of ${code(policy.git.branch)}`],
    ['Source', policy.source === undefined ? undefined : prose`${policy.source}`],
    ['Image', prose`${code(formatImageName(image.name))} for ${platformsOf(image)}`],
    ['Mirrors', mirrorsOf(image)],
    ...policy.images.slice(1).flatMap((companion): readonly (readonly [string, Inline | undefined])[] => [
      [
        'Companion',
        prose`${code(formatImageName(companion.name))} for ${platformsOf(companion)}: released, withdrawn and moved
          together with the image; a gate finds it as ${code(companionVariable(companion.name))}`,
      ],
      ['Its mirrors', mirrorsOf(companion)],
    ]),
    ['Branches', enumerate(policy.git.releaseBranches.map(code))],
    ['Changelog', code(policy.changelog)],
    ['Upgrading notes', policy.upgrading === undefined ? undefined : code(policy.upgrading)],
    ['Who decides', enumerate(maintainers.filter(({ revoked }) => !revoked).map(({ name }) => prose`${name}`))],
    ['Who publishes', ci.length === 0 ? undefined : enumerate(ci.map(({ name }) => prose`${name}`))],
  ];
  return lines.flatMap(([what, here]) => (here === undefined ? [] : [[prose`${what}`, here]]));
}

function mirrorsOf({ mirrors }: ImagePolicy): Inline | undefined {
  return mirrors.length === 0 ? undefined : enumerate(mirrors.map((name) => code(formatImageName(name))));
}

function embeddedHint(policy: Policy): Inline {
  return isEmbedded(policy)
    ? prose` The images lie in a folder of this project; ${code('cutwater registry serve --port 5000')} lets other
      tools at them while it runs.`
    : prose``;
}

/** The sentences above the first chapter. */
export function introduction(policy: Policy): readonly Block[] {
  return [
    say(prose`How ${policy.project} is released, from the first candidate to the announcement, and what is done when a
      release turns out to be bad.`),
    say(prose`This page is written from ${code('cutwater.yaml')} by ${code('cutwater docs write')}, and
      ${code('cutwater docs check')} finds where the two differ. Change the rules there, not here; what the rules
      cannot say has its place under "Notes" at the end and stays when the page is written again.`),
  ];
}
