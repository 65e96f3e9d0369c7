import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { GitCallOptions, GitCommands } from './git-commands.ts';
import { gitFailure } from './git-commands.ts';
import { isTreePath } from './tree-files.ts';

/** The bytes a regular file of a tree is to have. */
export interface NewBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The tree of a commit or tree with other bytes in one file, which must be there; through an index of its own. */
export async function treeWith(commands: GitCommands, from: ObjectId, { path, bytes }: NewBytes): Promise<ObjectId> {
  const act = `change ${quote(path)} of ${from.slice(0, 12)}`;
  if (!isTreePath(path)) throw new CutwaterError('USAGE', `Cannot ${act}: it is no path of a file`);
  const index = join(await commands.gitFolder(), `cutwater-index-${randomBytes(8).toString('hex')}`);
  const run = async (args: readonly string[], options: GitCallOptions = {}): Promise<ToolResult> => {
    const result = await commands.asUser(args, { ...options, env: { GIT_INDEX_FILE: index } });
    if (result.exitCode !== 0) throw gitFailure(act, result);
    return result;
  };
  try {
    await run(['read-tree', from]);
    const entry = textOf(await run(['--literal-pathspecs', 'ls-tree', '--full-tree', from, '--', path]));
    const mode = /^(100\d{3}) blob /.exec(entry)?.[1];
    if (mode === undefined) throw new CutwaterError('INPUT_INVALID', `Cannot ${act}: it is no regular file there`);
    const blob = textOf(await run(['hash-object', '-w', '--no-filters', '--stdin'], { input: bytes }));
    await run(['update-index', '--cacheinfo', `${mode},${blob},${path}`]);
    return idIn(await run(['write-tree']), act);
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/** A commit with the user's name, signed where the user's git signs commits. The message is kept to the byte. */
export async function commitTree(
  commands: GitCommands,
  commit: { readonly tree: ObjectId; readonly parents: readonly ObjectId[]; readonly message: string },
): Promise<ObjectId> {
  const { tree, parents, message } = commit;
  // Unlike "git commit" this command asks no setting whether to sign.
  const setting = await commands.asUser(['config', '--type=bool', '--get', 'commit.gpgSign']);
  const signed = textOf(setting) === 'true' ? ['-S'] : [];
  const args = ['commit-tree', ...signed, ...parents.flatMap((parent) => ['-p', parent]), tree];
  return idIn(await commands.asUser(args, { input: message }), `commit on ${parents[0]?.slice(0, 12) ?? 'nothing'}`);
}

function idIn(result: ToolResult, act: string): ObjectId {
  const id = textOf(result);
  if (result.exitCode === 0 && isObjectId(id)) return id;
  throw gitFailure(act, result);
}

function textOf({ stdout }: ToolResult): string {
  return Buffer.from(stdout).toString('utf8').trim();
}
