import type { MergeWriter } from '../../ports/merge-writer.ts';
import type { GitCliOptions } from './git-cli.ts';
import { gitCommands } from './git-commands.ts';
import { readRefs } from './read-tags.ts';
import { isRefPart } from './ref-lines.ts';
import { commitTree, treeWith } from './tree-commit.ts';

/** Merges written by the git program, from objects alone. */
export function gitMergeWriter({ folder, environment = process.env }: GitCliOptions): MergeWriter {
  const commands = gitCommands({ folder, environment });
  return {
    async localHead(branch) {
      if (!isRefPart(branch)) return undefined;
      const ref = `refs/heads/${branch}`;
      return (await readRefs(commands, ref)).find((line) => line.ref === ref && line.type === 'commit')?.object;
    },
    async commitMerge({ tree, parents, message, united }) {
      let merged = tree;
      for (const file of united) merged = await treeWith(commands, merged, file);
      return commitTree(commands, { tree: merged, parents, message });
    },
  };
}
