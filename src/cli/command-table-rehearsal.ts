import type { Command } from './command.ts';

/** The whole process on an example. */
export const rehearsalCommands: readonly Command[] = [
  {
    name: 'rehearse',
    summary: 'Run the whole process on an example project, with real components',
    description:
      'From the first push over a failed candidate, a stable release, a killed run and a hotfix to a rollback, in a temporary folder, on the embedded registry. Needs no network and no token.',
    arguments: [],
    options: [
      { name: 'list', summary: 'List the acts', value: { kind: 'flag' } },
      {
        name: 'act',
        summary: 'Show this act only; what it builds on is played unseen',
        value: { kind: 'text', placeholder: 'NAME' },
      },
      {
        name: 'keep',
        summary: 'Do the work in this new folder and leave it there',
        value: { kind: 'text', placeholder: 'DIR' },
      },
    ],
    examples: [
      { line: 'rehearse --keep /tmp/rehearsal', says: 'Look at the result afterwards' },
      { line: 'rehearse --act withdrawal', says: 'Watch how a bad release is taken back' },
    ],
    load: () => import('./commands/rehearse.ts'),
  },
];
