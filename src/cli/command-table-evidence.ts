import type { ArgumentSpec, Command } from './command.ts';

const version: ArgumentSpec = { name: 'VERSION', summary: '1.2.3-rc.1 or v1.2.3-rc.1', required: true };

/** The commands for results that people sign. */
export const evidenceCommands: readonly Command[] = [
  {
    name: 'evidence add',
    summary: 'Sign the result of a validation',
    description:
      'Makes a signed tag bound to the release tag, its commit and its image. Releases wait for the evidence that the policy names; what failed stops them. With --report the result is read from the file: KEY=VALUE lines, or YAML with a list "gates".',
    arguments: [{ name: 'NAME', summary: 'What was validated, such as "staging"', required: true }, version],
    options: [
      {
        name: 'result',
        summary: 'What came out; left out, what the report says',
        value: { kind: 'choice', choices: ['pass', 'fail', 'pending'] },
      },
      {
        name: 'report',
        summary: 'The report of the validation; its digest is signed',
        value: { kind: 'text', placeholder: 'FILE' },
      },
      { name: 'note', summary: 'A few words for people', value: { kind: 'text', placeholder: 'TEXT' } },
      { name: 'environment', summary: 'Where it was validated', value: { kind: 'text', placeholder: 'NAME' } },
      { name: 'push', summary: 'Push the signed tag, and nothing else', value: { kind: 'flag' } },
    ],
    examples: [
      { line: 'evidence add staging 1.3.0-rc.1 --result pass --push', says: 'It runs on staging' },
      {
        line: 'evidence add migration 1.3.0-rc.1 --report migration.env --push',
        says: 'The result is in the report',
      },
      {
        line: 'evidence add staging 1.3.0-rc.1 --result fail --note "loses uploads" --push',
        says: 'This candidate is not released; the next one is due',
      },
    ],
    load: () => import('./commands/evidence-add.ts'),
  },
  {
    name: 'evidence list',
    summary: 'Show what was signed about a version, and what it still waits for',
    description: 'Without VERSION: about every version. What does not count is shown with the reason.',
    arguments: [{ ...version, required: false }],
    options: [],
    examples: [
      { line: 'evidence list 1.3.0', says: 'What stands between the candidate and the release' },
      { line: 'evidence list --json', says: 'All of it, as JSON' },
    ],
    load: () => import('./commands/evidence-list.ts'),
  },
];
