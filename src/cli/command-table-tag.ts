import type { Command } from './command.ts';

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
      {
        name: 'push',
        summary: 'Push the tag, with its branch where the remote lacks the commit, and nothing else',
        value: { kind: 'flag' },
      },
      {
        name: 'at',
        summary: 'Tag this commit; HEAD by default, with a clean working copy',
        value: { kind: 'text', placeholder: 'COMMIT' },
      },
      {
        name: 'unsigned',
        summary: 'Do not sign; for a release candidate where the policy allows it, with --reason',
        value: { kind: 'flag' },
      },
      {
        name: 'reason',
        summary: 'Why it is unsigned; recorded in the tag',
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
];
