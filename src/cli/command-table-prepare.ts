import type { Command, OptionSpec } from './command.ts';

const notes: readonly OptionSpec[] = [
  {
    name: 'breaking',
    summary: 'Upgrading notes: what breaks and what to do, or "none"; may be given several times',
    value: { kind: 'list', placeholder: 'TEXT' },
  },
  {
    name: 'env',
    summary: 'Upgrading notes: "added NAME: note", "removed NAME", "renamed OLD to NEW", or "none"; several times',
    value: { kind: 'list', placeholder: 'CHANGE' },
  },
  {
    name: 'migrations',
    summary: 'Upgrading notes: what stored data is migrated, or "none"; may be given several times',
    value: { kind: 'list', placeholder: 'TEXT' },
  },
  {
    name: 'way-back',
    summary: 'Upgrading notes: start the old version again (binary), or restore the backup first',
    value: { kind: 'choice', choices: ['binary', 'restore'] },
  },
];

/** The command that makes the documents of a release. */
export const prepareCommands: readonly Command[] = [
  {
    name: 'prepare',
    summary: 'Write and commit changelog, upgrading notes and version files',
    description:
      'What is unreleased becomes the section of the version, with its date and compare link; the upgrading notes are added or checked; the version files are set. Then there is one commit with exactly these files, signed as git is configured here. For a release candidate the version files are set and the changelog stays. Run it again after any interruption. What was edited by hand meanwhile is never overwritten.',
    arguments: [{ name: 'VERSION', summary: '1.2.3, v1.2.3 or 1.2.3-rc.1', required: true }],
    options: [
      {
        name: 'date',
        summary: 'Date of the changelog section; today in UTC by default',
        value: { kind: 'text', placeholder: 'YYYY-MM-DD' },
      },
      ...notes,
      {
        name: 'bump-reason',
        summary: 'Why this number, although the declared changes want another; kept in the commit',
        value: { kind: 'text', placeholder: 'TEXT' },
      },
      { name: 'push', summary: 'Push that commit to its branch, and nothing else', value: { kind: 'flag' } },
      {
        name: 'check',
        summary: 'Only report: what would be done, what stands against it, every defect of the changelog',
        value: { kind: 'flag' },
      },
    ],
    examples: [
      { line: 'prepare 1.2.3 --check', says: 'Look first; exits with 3 where something stands against it' },
      {
        line: 'prepare 1.3.0 --breaking none --env "added APP_TLS: on by default" --migrations none --way-back binary',
        says: 'Write the upgrading notes too',
      },
      { line: 'prepare 1.3.0-rc.1 --push', says: 'Set the version files before the first candidate' },
    ],
    load: () => import('./commands/prepare.ts'),
  },
];
