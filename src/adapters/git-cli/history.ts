import { isObjectId } from '../../domain/object-id.ts';
import type { History, LoggedCommit } from '../../ports/history.ts';
import type { GitCliOptions } from './git-cli.ts';
import { gitCommands, gitFailure } from './git-commands.ts';

/** The commits of a repository, read with the git program. */
export function gitHistory({ folder, environment = process.env }: GitCliOptions): History {
  const commands = gitCommands({ folder, environment });
  return {
    async commitsBetween({ from, to }) {
      const range = from === undefined ? [to] : [to, `^${from}`];
      // Local configuration must not add signatures to the output, nor change its encoding.
      const format = [
        '-z',
        '--no-show-signature',
        '--encoding=UTF-8',
        '--format=%H %P%n%B',
        '--max-count=10000',
        '--topo-order',
      ];
      const result = await commands.read(['log', ...format, ...range, '--']);
      if (result.exitCode !== 0) throw gitFailure(`read the commits up to ${to}`, result);
      return parseLog(new TextDecoder().decode(result.stdout));
    },
    async pathsOf(commit) {
      const result = await commands.read(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]);
      if (result.exitCode !== 0) throw gitFailure(`list the files of commit ${commit}`, result);
      return new TextDecoder()
        .decode(result.stdout)
        .split('\0')
        .filter((path) => path !== '');
    },
  };
}

/** Each record: the id, its parents, a line break, and the message. */
function parseLog(output: string): readonly LoggedCommit[] {
  return output.split('\0').flatMap((record): readonly LoggedCommit[] => {
    const end = record.indexOf('\n');
    const [id, ...parents] = record.slice(0, end).trimEnd().split(' ');
    return end > 0 && isObjectId(id) ? [{ id, isMerge: parents.length > 1, message: record.slice(end + 1) }] : [];
  });
}
