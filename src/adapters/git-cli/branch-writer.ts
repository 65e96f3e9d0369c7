import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { BranchWriter } from '../../ports/branch-writer.ts';
import type { GitCliOptions } from './git-cli.ts';
import { gitCommands, gitFailure } from './git-commands.ts';
import { isRefPart } from './ref-lines.ts';
import { commitTree, treeWith } from './tree-commit.ts';

/** Commits and branches through git's plumbing, with an index of their own that lives as long as the commit takes. */
export function gitBranchWriter(options: GitCliOptions): BranchWriter {
  const { folder, environment = process.env } = options;
  const commands = gitCommands({ folder, environment });
  return {
    async commitFile({ parent, path, bytes, message }) {
      const tree = await treeWith(commands, parent, { path, bytes });
      return commitTree(commands, { tree, parents: [parent], message });
    },
    async createBranch({ name, commit }) {
      const act = `make branch ${quote(name)}`;
      if (!isRefPart(name)) throw new CutwaterError('USAGE', `Cannot ${act}: git does not allow the name`);
      const ref = `refs/heads/${name}`;
      const result = await commands.asUser(['update-ref', '--create-reflog', ref, commit, '0'.repeat(commit.length)]);
      if (result.exitCode === 0) return true;
      if (/reference already exists/.test(result.stderr)) return false;
      throw gitFailure(act, result);
    },
  };
}
