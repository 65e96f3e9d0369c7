import { gitComparison } from '../adapters/git-cli/comparison.ts';
import type { Comparison } from '../ports/comparison.ts';
import type { CliContext } from './command.ts';

/** Commits of the repository, compared. */
export function openComparison(context: CliContext): Comparison {
  return gitComparison({ folder: context.options.repo, environment: context.env });
}
