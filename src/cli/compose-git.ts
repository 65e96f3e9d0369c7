import { gitCli } from '../adapters/git-cli/git-cli.ts';
import { readTagList } from '../adapters/tag-list/read-tag-list.ts';
import type { Git } from '../ports/git.ts';
import type { CliContext } from './command.ts';

/** The repository's git, and nothing else. */
export function openGit(context: CliContext): Git {
  return gitCli({ folder: context.options.repo, environment: context.env });
}

/** The tags of a list in a file. */
export function readTags(file: string): ReturnType<typeof readTagList> {
  return readTagList(file);
}
