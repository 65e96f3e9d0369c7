import type { Stats } from 'node:fs';
import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { GitOperation, WorkingCopy, WorkingCopyStatus } from '../../ports/working-copy.ts';
import { replaceDurably } from '../files/durable-write.ts';
import { commitFiles } from './commit-files.ts';
import type { GitCliOptions } from './git-cli.ts';
import type { GitCommands } from './git-commands.ts';
import { gitCommands, gitFailure } from './git-commands.ts';
import { pushBranch } from './push-branch.ts';
import { findRemote } from './remote.ts';
import { parseStatus, statusArguments } from './status-lines.ts';
import { isTreePath } from './tree-files.ts';

/** The working copy of a clone, through the git program and the file system. */
export function gitWorkingCopy(options: GitCliOptions): WorkingCopy {
  const { folder, environment = process.env } = options;
  const commands = gitCommands({ folder, environment });
  return {
    status: () => readStatus(commands),
    readFile: (path) => readOnDisk(commands, path),
    readCheckedOut: (commit, path) => readCheckedOut(commands, commit, path),
    async writeFile(path, bytes) {
      const place = await placeOf(commands, path);
      // Below .git, so that a crash leaves nothing in the working copy.
      await replaceDurably(place.file, bytes, { staging: await commands.gitFolder(), mode: place.mode });
    },
    commitFiles: async (commit) => commitFiles(commands, commit, await readStatus(commands)),
    async pushBranch(push) {
      const remote = await findRemote(commands, options.remote);
      if (remote === undefined) throw new CutwaterError('USAGE', 'Cannot push a branch: the repository has no remote');
      await pushBranch(commands, remote, push);
    },
  };
}

async function readStatus(commands: GitCommands): Promise<WorkingCopyStatus> {
  const top = await topOf(commands);
  const result = await commands.asUser(['-C', top, ...statusArguments]);
  const status = parseStatus(Buffer.from(result.stdout).toString('utf8'));
  if (result.exitCode !== 0 || status === undefined) throw gitFailure('look at the working copy', result);
  return { ...status, operation: await operationOf(await commands.gitFolder()) };
}

/** Git keeps each of these as long as the operation lasts. */
const operationFiles: readonly (readonly [string, GitOperation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

async function operationOf(gitFolder: string): Promise<GitOperation | undefined> {
  for (const [name, operation] of operationFiles)
    if ((await statOf(join(gitFolder, name))) !== undefined) return operation;
  return undefined;
}

async function readOnDisk(commands: GitCommands, path: string): Promise<Uint8Array | undefined> {
  const place = await placeOf(commands, path);
  return place.mode === undefined ? undefined : new Uint8Array(await readFile(place.file));
}

async function readCheckedOut(commands: GitCommands, commit: ObjectId, path: string): Promise<Uint8Array | undefined> {
  if (!isTreePath(path)) return undefined;
  const top = await topOf(commands);
  const args = ['-C', top, '--literal-pathspecs', 'ls-tree', '-z', '--full-tree', commit, '--', path];
  const listing = await commands.asUser(args);
  if (listing.exitCode !== 0) throw gitFailure(`read ${quote(path)} of commit ${commit}`, listing);
  const [entry = ''] = Buffer.from(listing.stdout).toString('utf8').split('\0');
  if (!/^100\d{3} blob /.test(entry) || entry.slice(entry.indexOf('\t') + 1) !== path) return undefined;
  const content = await commands.asUser(['-C', top, 'cat-file', '--filters', `${commit}:${path}`]);
  if (content.exitCode !== 0) throw gitFailure(`read ${quote(path)} of commit ${commit}`, content);
  return new Uint8Array(content.stdout);
}

interface Place {
  /** Absolute. */
  readonly file: string;
  /** Permission bits; undefined where there is no file. */
  readonly mode: number | undefined;
}

/** Where a path lies. A link on the way could lead out of the clone, and a write would put a file in its place. */
async function placeOf(commands: GitCommands, path: string): Promise<Place> {
  const top = await topOf(commands);
  if (!isTreePath(path) || path.split('/')[0]?.toLowerCase() === '.git')
    throw unusable(path, 'it is no path of a file');
  const file = join(top, path);
  const folder = dirname(file);
  if ((await statOf(folder)) !== undefined && (await realpath(folder)) !== join(await realpath(top), dirname(path)))
    throw unusable(path, 'a symbolic link is on its way');
  const found = await statOf(file);
  if (found !== undefined && !found.isFile()) throw unusable(path, 'it is no regular file');
  return { file, mode: found === undefined ? undefined : found.mode & 0o777 };
}

async function topOf(commands: GitCommands): Promise<string> {
  const [top, git] = await Promise.all([commands.topFolder(), commands.gitFolder()]);
  if (top !== git) return top;
  throw new CutwaterError('USAGE', `Cannot use ${quote(top)}: it is a bare repository, a working copy is wanted`);
}

async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function unusable(path: string, reason: string): CutwaterError {
  return new CutwaterError('INPUT_INVALID', `Cannot use ${quote(path)} of the working copy: ${reason}`, {
    hint: 'Name a regular file of the repository in the policy',
  });
}
