import type { Command } from './command.ts';
import { atOption, pushTagOption } from './tag-options.ts';

/** What makes a validated release candidate a stable release. */
export const promotionCommands: readonly Command[] = [
  {
    name: 'promote',
    summary: 'Make the signed stable tag of a validated release candidate',
    description:
      'The release then publishes the very bytes of the candidate, by digest, where the commit differs from its commit only in paths that are no build input (notBuildInput of the policy), such as the changelog. Refuses a candidate that is not published, withdrawn, or of another build, and lists the paths. Run again, it keeps the tag.',
    arguments: [{ name: 'RC', summary: 'The release candidate, 1.2.3-rc.1 or v1.2.3-rc.1', required: true }],
    options: [
      pushTagOption,
      atOption,
      {
        name: 'rebuild',
        summary: 'Have the image built anew instead, with --reason; nobody has validated those bytes',
        value: { kind: 'flag' },
      },
      {
        name: 'reason',
        summary: 'Why it is built anew, or why a hotfix is large; recorded in the tag',
        value: { kind: 'text', placeholder: 'TEXT' },
      },
      {
        name: 'hotfix-reason',
        summary: 'With --rebuild: why the hotfix is large, beside the reason of the new build',
        value: { kind: 'text', placeholder: 'TEXT' },
      },
    ],
    examples: [
      { line: 'promote 1.2.3-rc.2 --push', says: 'Decide the stable release of its bytes' },
      {
        line: 'promote 1.2.3-rc.2 --rebuild --reason "the base image had a hole" --push',
        says: 'Build HEAD instead, and say why',
      },
    ],
    load: () => import('./commands/promote.ts'),
  },
];
