import type { Command } from './command.ts';

/** The commands around the workflow files of a project. */
export const ciCommands: readonly Command[] = [
  {
    name: 'ci write',
    summary: 'Write the workflow files of this project from cutwater.yaml',
    description:
      'For GitHub Actions, Forgejo Actions or GitLab CI, as ci.system says: releases of signed tags, reconcile, and builds of the default branch. A file that a person wrote is kept, unless --force is given.',
    arguments: [],
    options: [
      { name: 'force', summary: 'Also replace files of these names that a person wrote', value: { kind: 'flag' } },
    ],
    examples: [
      { line: 'ci write', says: 'Write or renew them' },
      { line: 'ci write --force', says: 'Replace a release.yml that was written by hand' },
    ],
    load: () => import('./commands/ci-write.ts'),
  },
  {
    name: 'ci check',
    summary: 'Find out whether the workflow files are what cutwater.yaml says',
    description: 'Exits with 3 and names the first line of each file that differs. Changes nothing.',
    arguments: [],
    options: [],
    examples: [{ line: 'ci check', says: 'For a job that guards every change' }],
    load: () => import('./commands/ci-check.ts'),
  },
];
