import { gitCli } from '../adapters/git-cli/git-cli.ts';
import { gitHistory } from '../adapters/git-cli/history.ts';
import { gitWorkingCopy } from '../adapters/git-cli/working-copy.ts';
import { readTagList } from '../adapters/tag-list/read-tag-list.ts';
import type { Git } from '../ports/git.ts';
import type { History } from '../ports/history.ts';
import type { WorkingCopy } from '../ports/working-copy.ts';
import type { CliContext } from './command.ts';

/** The repository's git, and nothing else. */
export function openGit(context: CliContext): Git {
  return gitCli({ folder: context.options.repo, environment: context.env });
}

/** The person's files and branch, and nothing else. */
export function openWorkingCopy(context: CliContext): WorkingCopy {
  return gitWorkingCopy({ folder: context.options.repo, environment: context.env });
}

/** What the commits say. */
export function openHistory(context: CliContext): History {
  return gitHistory({ folder: context.options.repo, environment: context.env });
}

/** The tags of a list in a file. */
export function readTags(file: string): ReturnType<typeof readTagList> {
  return readTagList(file);
}
