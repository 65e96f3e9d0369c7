import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { FileChange } from '../../domain/file-change.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import type { Comparison, MergedTree } from '../../ports/comparison.ts';
import type { GitCliOptions } from './git-cli.ts';
import type { GitCommands } from './git-commands.ts';
import { gitCommands, gitFailure } from './git-commands.ts';

/** Commits compared and merged by the git program, on its object store alone. */
export function gitComparison({ folder, environment = process.env }: GitCliOptions): Comparison {
  const commands = gitCommands({ folder, environment });
  return {
    fileChanges: (from, to) => fileChanges(commands, from, to),
    missingPatches: (commit, head) => missingPatches(commands, commit, head),
    mergeBase: (left, right) => mergeBase(commands, left, right),
    mergeTrees: (ours, theirs) => mergeTrees(commands, ours, theirs),
  };
}

async function fileChanges(commands: GitCommands, from: ObjectId, to: ObjectId): Promise<readonly FileChange[]> {
  const exact = ['-r', '-z', '--numstat', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-relative'];
  // No attribute in a tree may hide lines: none is read from the index, and none from HEAD (git 2.43, bare repositories).
  const env = { GIT_INDEX_FILE: join(await commands.gitFolder(), 'no-index'), GIT_ATTR_SOURCE: emptyTree(from) };
  const args = ['diff-tree', ...exact, '--ignore-submodules=none', from, to, '--'];
  const result = await commands.read(args, { env });
  if (result.exitCode !== 0) throw gitFailure(`compare commits ${from} and ${to}`, result);
  return textOf(result.stdout)
    .split('\0')
    .flatMap((entry) => {
      const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t([^]+)$/.exec(entry) ?? [];
      return path === undefined ? [] : [{ path, lines: added === '-' ? 0 : Number(added) + Number(removed) }];
    });
}

/** Git knows the empty tree without storing it; it has one id per kind of hash. */
function emptyTree(sample: ObjectId): string {
  return sample.length === 40
    ? '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    : '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';
}

async function missingPatches(commands: GitCommands, commit: ObjectId, head: ObjectId): Promise<readonly ObjectId[]> {
  const result = await commands.read(['cherry', head, commit]);
  if (result.exitCode !== 0) throw gitFailure(`tell which changes of ${commit} are in ${head}`, result);
  return textOf(result.stdout)
    .split('\n')
    .flatMap((line) => {
      const [mark, id] = line.split(' ');
      return mark === '+' && isObjectId(id) ? [id] : [];
    });
}

async function mergeBase(commands: GitCommands, left: ObjectId, right: ObjectId): Promise<ObjectId | undefined> {
  const result = await commands.read(['merge-base', left, right]);
  const id = textOf(result.stdout).trim();
  if (result.exitCode === 0 && isObjectId(id)) return id;
  if (result.exitCode === 1) return undefined;
  throw gitFailure(`find where ${left} and ${right} parted`, result);
}

async function mergeTrees(commands: GitCommands, ours: ObjectId, theirs: ObjectId): Promise<MergedTree> {
  const result = await commands.read([
    'merge-tree',
    '--write-tree',
    '--name-only',
    '--no-messages',
    '-z',
    ours,
    theirs,
  ]);
  const [tree, ...paths] = textOf(result.stdout).split('\0');
  if (result.exitCode === 0 && isObjectId(tree)) return { is: 'clean', tree };
  if (result.exitCode === 1 && isObjectId(tree))
    return { is: 'conflicts', tree, paths: [...new Set(paths.filter((path) => path !== ''))] };
  if (result.stderr.includes('unrelated histories')) return { is: 'unrelated' };
  if (/usage:|unknown option|not a valid object name --write-tree/i.test(result.stderr))
    throw new CutwaterError('TOOL_MISSING', 'Cannot merge without a working copy: this git is too old, 2.38 is wanted');
  throw gitFailure(`merge ${theirs} into ${ours}`, result);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
