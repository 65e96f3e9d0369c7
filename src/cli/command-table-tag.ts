import type { Command } from './command.ts';
import { atOption, pushTagOption } from './tag-options.ts';

/** The commands that make release tags. */
export const tagCommands: readonly Command[] = [
  {
    name: 'tag',
    summary: 'Make the signed tag that decides a release',
    description:
      'Checks first what can be known before signing: the version is new and above its line, the commit is on a release branch and has its changelog section, the key is one that counts. Made already: kept, and pushed with --push. Signs with your own git configuration.',
    arguments: [{ name: 'VERSION', summary: '1.2.3 or v1.2.3', required: true }],
    options: [
      { name: 'message', summary: 'Text below the title', value: { kind: 'text', placeholder: 'TEXT' } },
      pushTagOption,
      atOption,
      {
        name: 'unsigned',
        summary: 'Do not sign; for a release candidate where the policy allows it, with --reason',
        value: { kind: 'flag' },
      },
      {
        name: 'reason',
        summary: 'Why it is unsigned, or why a hotfix is large; recorded in the tag',
        value: { kind: 'text', placeholder: 'TEXT' },
      },
    ],
    examples: [
      { line: 'tag 1.2.3 --push', says: 'Decide the release of HEAD' },
      { line: 'tag 1.3.0-rc.1 --message "For the pilot sites"', says: 'A release candidate, not pushed yet' },
      {
        line: 'tag 1.3.0-rc.2 --unsigned --reason "key card is at home"',
        says: 'An unsigned one, where signatures.rc is "optional"',
      },
    ],
    load: () => import('./commands/tag.ts'),
  },
  {
    name: 'hotfix start',
    summary: 'Make the branch of a hotfix at a published version',
    description:
      'From the highest stable version that is published and not withdrawn, or of a line. The number is the highest ever tagged in the line and one more. Run again: the same branch. Your working copy is not touched.',
    arguments: [],
    options: [
      {
        name: 'from',
        summary: 'A version such as 1.2.3, or a line such as 1.2',
        value: { kind: 'text', placeholder: 'VERSION|LINE' },
      },
      { name: 'push', summary: 'Push the branch, and nothing else', value: { kind: 'flag' } },
    ],
    examples: [
      { line: 'hotfix start --push', says: 'Mend the last stable version' },
      { line: 'hotfix start --from 1.2', says: 'Mend an older line' },
    ],
    load: () => import('./commands/hotfix-start.ts'),
  },
  {
    name: 'hotfix finish',
    summary: 'Merge a released hotfix back into the default branch',
    description:
      'Makes the merge commit on a branch merge-back/vX.Y.Z, without touching your working copy. What both sides added to the changelog and the upgrading notes is all kept, and so is the higher version in the version files; with any other conflict nothing is made, and the files are listed.',
    arguments: [{ name: 'VERSION', summary: 'The hotfix; by default the only one that waits', required: false }],
    options: [{ name: 'push', summary: 'Push the branch, and nothing else', value: { kind: 'flag' } }],
    examples: [{ line: 'hotfix finish 1.2.4 --push', says: 'Then merge the branch as your forge does it' }],
    load: () => import('./commands/hotfix-finish.ts'),
  },
];
