import type { Command } from './command.ts';

/** The commands around the process document. */
export const documentCommands: readonly Command[] = [
  {
    name: 'docs write',
    summary: 'Write the process document of this project from cutwater.yaml',
    description:
      'A page that a new maintainer could follow by hand, with the command beside each step. What stands between its notes marks is kept byte for byte; a file that Cutwater did not write is never overwritten.',
    arguments: [],
    options: [
      {
        name: 'output',
        summary: 'Write this file instead of the one the policy names (docs/release-process.md by default)',
        value: { kind: 'text', placeholder: 'FILE' },
      },
    ],
    examples: [
      { line: 'docs write', says: 'Write or renew the page' },
      { line: 'docs write --output RELEASING.md', says: 'Write it somewhere else' },
    ],
    load: () => import('./commands/docs-write.ts'),
  },
  {
    name: 'docs check',
    summary: 'Find out whether the process document still says what cutwater.yaml says',
    description: 'Exits with 3 and names the first line that differs. Changes nothing.',
    arguments: [],
    options: [],
    examples: [{ line: 'docs check', says: 'For a job that guards every change' }],
    load: () => import('./commands/docs-check.ts'),
  },
];
