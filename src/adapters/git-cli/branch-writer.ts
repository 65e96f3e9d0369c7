import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { BranchWriter } from '../../ports/branch-writer.ts';
import type { GitCliOptions } from './git-cli.ts';
import type { GitCallOptions, GitCommands } from './git-commands.ts';
import { gitCommands, gitFailure } from './git-commands.ts';
import { isRefPart } from './ref-lines.ts';
import { isTreePath } from './tree-files.ts';

/** Commits and branches through git's plumbing, with an index of their own that lives as long as the commit takes. */
export function gitBranchWriter(options: GitCliOptions): BranchWriter {
  const { folder, environment = process.env } = options;
  const commands = gitCommands({ folder, environment });
  return {
    commitFile: (change) => commitFile(commands, change),
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

type Change = Parameters<BranchWriter['commitFile']>[0];

async function commitFile(commands: GitCommands, change: Change): Promise<ObjectId> {
  const { parent, path, bytes, message } = change;
  const act = `commit ${quote(path)} on ${parent.slice(0, 12)}`;
  if (!isTreePath(path)) throw new CutwaterError('USAGE', `Cannot ${act}: it is no path of a file`);
  const index = join(await commands.gitFolder(), `cutwater-index-${randomBytes(8).toString('hex')}`);
  const run = async (args: readonly string[], options: GitCallOptions = {}): Promise<string> => {
    const result = await commands.asUser(args, { ...options, env: { GIT_INDEX_FILE: index } });
    if (result.exitCode !== 0) throw gitFailure(act, result);
    return Buffer.from(result.stdout).toString('utf8').trim();
  };
  try {
    await run(['read-tree', parent]);
    const mode = await modeOf(run, { parent, path });
    const blob = await run(['hash-object', '-w', '--no-filters', '--stdin'], { input: bytes });
    await run(['update-index', '--cacheinfo', `${mode},${blob},${path}`]);
    const tree = await run(['write-tree']);
    const signing = await commands.asUser(['config', '--type=bool', '--get', 'commit.gpgSign']);
    const signed = Buffer.from(signing.stdout).toString('utf8').trim() === 'true' ? ['-S'] : [];
    const made = await run(['commit-tree', ...signed, '-p', parent, tree], { input: message });
    if (isObjectId(made)) return made;
    throw new CutwaterError('TOOL_FAILED', `Cannot ${act}: git names no commit`);
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

type Run = (args: readonly string[], options?: GitCallOptions) => Promise<string>;

/** The permission bits a file has in a commit; only a regular file that is there is changed. */
async function modeOf(run: Run, { parent, path }: Pick<Change, 'parent' | 'path'>): Promise<string> {
  const entry = await run(['--literal-pathspecs', 'ls-tree', '--full-tree', parent, '--', path]);
  const mode = /^(100\d{3}) blob /.exec(entry)?.[1];
  if (mode !== undefined) return mode;
  throw new CutwaterError(
    'INPUT_INVALID',
    `Cannot change ${quote(path)}: it is no regular file of ${parent.slice(0, 12)}`,
  );
}
