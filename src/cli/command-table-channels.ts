import type { Command } from './command.ts';

/** The commands that move or show a channel. */
export const channelCommands: readonly Command[] = [
  {
    name: 'edge',
    summary: 'Publish the newest build of the default branch',
    description:
      'Builds the head of the default branch, or takes over its published build, names it sha-COMMIT, and moves edge and the nightly of today (UTC) forward. A late build of an older commit moves neither. Needs the whole history, not a shallow clone.',
    arguments: [],
    options: [
      {
        name: 'commit',
        summary: 'Build this commit of the default branch, not its head',
        value: { kind: 'text', placeholder: 'REV' },
      },
      {
        name: 'replace',
        summary: 'Move this channel although nobody vouches for the image it holds now; name that image',
        value: { kind: 'list', placeholder: 'CHANNEL@DIGEST' },
      },
    ],
    examples: [
      { line: 'edge', says: 'For a job that runs on each push to the default branch' },
      { line: 'edge --commit "$GITHUB_SHA"', says: 'Build the very commit that was pushed, however late it is' },
    ],
    load: () => import('./commands/edge.ts'),
  },
  {
    name: 'history',
    summary: 'Show what an alias pointed at, when, why, and who decided it',
    description:
      'Replays the rule over all signed releases and decisions, by the times they claim. Only the present value is observed; it is compared with what the rule says. Writes nothing.',
    arguments: [{ name: 'ALIAS', summary: 'latest, X, X.Y, edge or a nightly', required: true }],
    options: [],
    examples: [
      { line: 'history latest', says: 'Every move of latest, with its reason' },
      { line: 'history 1.2 --json', says: 'The same of a line, as JSON' },
    ],
    load: () => import('./commands/history.ts'),
  },
];
