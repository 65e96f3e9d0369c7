import type { WorkflowPolicy } from '../policy/ci-schema.ts';
import { shellWord } from '../report/process-document/shell.ts';

/** How the jobs come by the Cutwater they run. */
export interface WorkflowTool {
  readonly title: string;
  /** Shell commands, run in the clone of the protected branch. */
  readonly install: readonly string[];
  /** The program, as shell. */
  readonly program: string;
}

/**
 * Either way it comes from the protected branch and never from the tagged tree: a tag must not choose the program that
 * judges it. Scripts of packages are not run, since a build needs none.
 */
export function toolOf({ tool, toolFrom }: Pick<WorkflowPolicy, 'tool' | 'toolFrom'>): WorkflowTool {
  const install = 'npm ci --ignore-scripts --no-audit --no-fund';
  switch (toolFrom) {
    case 'lockFile':
      return {
        title: 'Cutwater, as its lock file pins it',
        install: [`${install} --prefix ${shellWord(tool)}`],
        program: shellWord(`${tool}/node_modules/.bin/cutwater`),
      };
    case 'source':
      return {
        title: 'Cutwater, built from the protected branch',
        install: [install, 'npm run build'],
        program: 'dist/main.js',
      };
  }
}
