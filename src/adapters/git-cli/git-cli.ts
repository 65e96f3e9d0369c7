import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import type { Git } from '../../ports/git.ts';
import type { GitCommands } from './git-commands.ts';
import { gitCommands, gitFailure } from './git-commands.ts';
import { claimedTime, readObjects } from './object-batch.ts';
import type { TagReader } from './read-tags.ts';
import { readRefs, tagReader } from './read-tags.ts';
import { isRefPart } from './ref-lines.ts';
import {
  fetchPrivately,
  findRemote,
  privateHeads,
  privateTags,
  pushTag,
  readDefaultBranch,
  readRemoteUrl,
} from './remote.ts';
import { createSignedTag } from './signed-tag.ts';
import { changedPaths, exportTree, readFile } from './tree-files.ts';

export interface GitCliOptions {
  /** Any folder of the repository, or a bare repository. */
  readonly folder: string;
  /** Default: `origin`, else the only remote there is. */
  readonly remote?: string;
  /** The user's environment, for signing, fetching and pushing. Default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The repository as the git program shows it. Throws NOT_A_REPOSITORY with the first question. */
export function gitCli(options: GitCliOptions): Git {
  const { folder, environment = process.env } = options;
  const commands = gitCommands({ folder, environment });
  let remote: Promise<string | undefined> | undefined;
  const remoteName = () => (remote ??= findRemote(commands, options.remote));
  const readTags = tagReader(commands);
  const branches = branchReader({ commands, remoteName, readTags });
  return {
    ...branches,
    listTags: () => readTags('refs/tags/'),
    commitOf: (revision) => commitOf(commands, revision),
    isAncestor: (ancestor, descendant) => isAncestor(commands, ancestor, descendant),
    unmerged: (commits, head) => unmerged(commands, commits, head),
    firstParents: (commit) => firstParents(commands, commit),
    isShallow: () => isShallow(commands),
    readFile: (commit, path) => readFile(commands, commit, path),
    changedPaths: (from, to) => changedPaths(commands, from, to),
    commitTime: (commit) => commitTime(commands, commit),
    exportTree: (commit, target) => exportTree(commands, commit, target),
    createSignedTag: (tag) => createSignedTag(commands, tag),
    async pushTag(name) {
      const remote = await remoteName();
      if (remote === undefined) throw new CutwaterError('USAGE', 'Cannot push a tag: the repository has no remote');
      await pushTag(commands, remote, name);
    },
    async remoteUrl() {
      const remote = await remoteName();
      return remote === undefined ? undefined : readRemoteUrl(commands, remote);
    },
    async defaultBranch() {
      const remote = await remoteName();
      return remote === undefined ? undefined : readDefaultBranch(commands, remote);
    },
    topFolder: () => commands.topFolder(),
  };
}

/** Branches of the remote as fetched by this object; before a fetch, as the clone last saw them. */
function branchReader({
  commands,
  remoteName,
  readTags,
}: {
  readonly commands: GitCommands;
  readonly remoteName: () => Promise<string | undefined>;
  readonly readTags: TagReader;
}): Pick<Git, 'fetchRemote' | 'branchHead' | 'listBranches'> {
  let isFetched = false;
  const prefixes = async () => {
    if (isFetched) return [privateHeads];
    const remote = await remoteName();
    return remote === undefined ? ['refs/heads/'] : [`refs/remotes/${remote}/`, privateHeads, 'refs/heads/'];
  };
  return {
    async fetchRemote() {
      const remote = await remoteName();
      if (remote === undefined) return undefined;
      await fetchPrivately(commands, remote);
      isFetched = true;
      return readTags(privateTags);
    },
    async branchHead(branch) {
      if (!isRefPart(branch)) return undefined;
      for (const prefix of await prefixes()) {
        const refs = await readRefs(commands, `${prefix}${branch}`);
        const found = refs.find(({ ref, type }) => ref === `${prefix}${branch}` && type === 'commit');
        if (found !== undefined) return found.object;
      }
      return undefined;
    },
    async listBranches() {
      for (const prefix of await prefixes()) {
        const names = (await readRefs(commands, prefix)).map(({ ref }) => ref.slice(prefix.length));
        // refs/remotes/origin/HEAD is no branch but what the remote calls its default.
        const found = names.filter((name) => !(name === 'HEAD' && prefix.startsWith('refs/remotes/')));
        if (found.length > 0) return found;
      }
      return [];
    },
  };
}

async function commitOf(commands: GitCommands, revision: string): Promise<ObjectId | undefined> {
  if (revision === '' || revision.includes('\0')) return undefined;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const result = await commands.read(args);
  const [id] = Buffer.from(result.stdout).toString('utf8').split('\n');
  return result.exitCode === 0 && isObjectId(id) ? id : undefined;
}

async function isAncestor(commands: GitCommands, ancestor: ObjectId, descendant: ObjectId): Promise<boolean> {
  const result = await commands.read(['merge-base', '--is-ancestor', ancestor, descendant]);
  if (result.exitCode === 0) return true;
  if (result.exitCode === 1) return false;
  if (await isShallow(commands))
    throw new CutwaterError(
      'HISTORY_SHALLOW',
      `Cannot tell whether ${ancestor} leads to ${descendant}: the clone is shallow`,
    );
  throw gitFailure(`tell whether ${ancestor} leads to ${descendant}`, result);
}

async function unmerged(
  commands: GitCommands,
  commits: readonly ObjectId[],
  head: ObjectId,
): Promise<ReadonlySet<ObjectId>> {
  const input = [...commits, `^${head}`].map((line) => `${line}\n`).join('');
  const result = await commands.read(['rev-list', '--stdin'], { input });
  if (result.exitCode !== 0) throw gitFailure(`tell what leads to ${head}`, result);
  const beyond = new Set(Buffer.from(result.stdout).toString('utf8').split('\n'));
  return new Set(commits.filter((commit) => beyond.has(commit)));
}

async function firstParents(commands: GitCommands, commit: ObjectId): Promise<readonly ObjectId[]> {
  const result = await commands.read(['rev-list', '--first-parent', commit, '--'], {
    maxOutputBytes: 512 * 1024 * 1024,
  });
  if (result.exitCode !== 0) throw gitFailure(`read the first parents of ${commit}`, result);
  return Buffer.from(result.stdout).toString('utf8').split('\n').filter(isObjectId);
}

async function isShallow(commands: GitCommands): Promise<boolean> {
  const result = await commands.read(['rev-parse', '--is-shallow-repository']);
  if (result.exitCode !== 0) throw gitFailure('read the repository', result);
  return Buffer.from(result.stdout).toString('utf8').trim() === 'true';
}

async function commitTime(commands: GitCommands, commit: ObjectId): Promise<number> {
  const [object] = await readObjects(commands, [commit]);
  if (object?.type !== 'commit')
    throw new CutwaterError('TOOL_FAILED', `Cannot read the time of commit ${commit}: there is no such commit`);
  return claimedTime(object.bytes, 'committer');
}
