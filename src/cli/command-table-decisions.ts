import type { ArgumentSpec, Command } from './command.ts';

const version: ArgumentSpec = { name: 'VERSION', summary: '1.2.3 or v1.2.3', required: true };
const reason = {
  name: 'reason',
  summary: 'Why, in one sentence; shown to users',
  value: { kind: 'text', placeholder: 'TEXT' },
} as const;
const push = {
  name: 'push',
  summary: 'Push the signed tag and the changelog entry, and nothing else',
  value: { kind: 'flag' },
} as const;

/** The commands about what was published. */
export const decisionCommands: readonly Command[] = [
  {
    name: 'withdraw',
    summary: 'Declare a published version defective',
    description: `Makes a signed tag that says so, marks the release as deprecated, moves the aliases back or holds them, and writes the incident into the changelog. Deletes nothing. A version that was never published is cancelled.

The upgrading notes of every version in between say whether going back is "binary" (start the old version again) or needs a "restore" of the backup. Where a restore is needed, or nobody says, --aliases must be given; else the aliases move.

Without rights to write to the registry the decision still stands (exit code 0): the pointers move when CI reconciles, and what is pending is shown.`,
    arguments: [version],
    options: [
      reason,
      { name: 'use', summary: 'The version to use instead', value: { kind: 'text', placeholder: 'VERSION' } },
      {
        name: 'aliases',
        summary: 'Move them to the previous stable version now, or hold them for a reverting patch',
        value: { kind: 'choice', choices: ['move', 'hold'] },
      },
      push,
    ],
    examples: [
      {
        line: 'withdraw 1.2.3 --reason "loses uploads" --push',
        says: 'Withdraw, go back at once where that is binary',
      },
      { line: 'withdraw 1.2.3 --reason "loses uploads" --aliases hold --push', says: 'Withdraw, wait for a patch' },
    ],
    load: () => import('./commands/withdraw.ts'),
  },
  {
    name: 'restore',
    summary: 'Undo the withdrawal of a version',
    description:
      'Makes the signed tags that do so, takes the banner off, and writes it into the changelog. Until they are pushed nothing is lifted.',
    arguments: [version],
    options: [reason, push],
    examples: [{ line: 'restore 1.2.3 --reason "the defect was elsewhere" --push', says: 'Make it a candidate again' }],
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'announce',
    summary: 'Tell users about a release, its withdrawal or its return',
    description: `Tells every channel under announce in cutwater.yaml what it does not know yet about the version, and records that in the registry, signed by CI: no other run on any machine tells it again. Needs the CI key.

A run that is killed between telling and recording may tell a channel twice; both carry the same key (header Idempotency-Key of a webhook).`,
    arguments: [version],
    options: [
      {
        name: 'channel',
        summary: 'Only this channel, whatever classes of releases it takes',
        value: { kind: 'text', placeholder: 'NAME' },
      },
    ],
    examples: [
      { line: 'announce 1.2.3', says: 'On every channel that takes such releases' },
      { line: 'announce 1.2.3 --channel chat --json', says: 'On one, answer as JSON' },
    ],
    load: () => import('./commands/announce.ts'),
  },
];
