import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { NewCommit, WorkingCopyStatus } from '../../ports/working-copy.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { GitCommands } from './git-commands.ts';
import { gitFailure, reasonOf } from './git-commands.ts';
import { changedPaths } from './tree-files.ts';

/** Commits exactly the named files, and looks at what git and the person's hooks made of it. `now` is a moment old. */
export async function commitFiles(commands: GitCommands, commit: NewCommit, now: WorkingCopyStatus): Promise<ObjectId> {
  requireStillSo(commit, now);
  const top = await commands.topFolder();
  const run = (args: readonly string[], input?: string): Promise<ToolResult> =>
    commands.asUser(['-C', top, '--literal-pathspecs', ...args], input === undefined ? {} : { input });
  // New files must be known to git before "--only" takes them; this stages no content.
  const added = commit.paths.length === 0 ? undefined : await run(['add', '--intent-to-add', '--', ...commit.paths]);
  if (added !== undefined && added.exitCode !== 0) throw commitFailure(added);
  // Verbatim: by default git drops lines that begin with "#".
  const options = [commit.paths.length === 0 ? '--allow-empty' : '--only', '--cleanup=verbatim', '--file=-', '--quiet'];
  const result = await run(['commit', ...options, '--', ...commit.paths], commit.message);
  if (result.exitCode !== 0) throw commitFailure(result);
  const made = await headOf(run);
  if (made === undefined) throw commitFailure(result);
  await requireAsAsked(commands, made, commit);
  return made;
}

type Run = (args: readonly string[], input?: string) => Promise<ToolResult>;

async function headOf(run: Run): Promise<ObjectId | undefined> {
  const { stdout } = await run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  const id = Buffer.from(stdout).toString('utf8').trim();
  return isObjectId(id) ? id : undefined;
}

function requireStillSo({ parent, paths }: NewCommit, { head, changes }: WorkingCopyStatus): void {
  if (head !== parent)
    throw new CutwaterError(
      'WORKING_COPY_UNFIT',
      `Cannot commit: HEAD is ${head ?? 'no commit'} now, ${parent} when the files were written`,
      { hint: 'Somebody else works in this clone; look at it with git log, then run the command again' },
    );
  const foreign = changes.filter(
    ({ kind, path }) => kind !== 'unstaged' && kind !== 'untracked' && !paths.includes(path),
  );
  if (foreign.length > 0)
    throw new CutwaterError(
      'WORKING_COPY_UNFIT',
      `Cannot commit: the index holds ${foreign.map(({ path }) => quote(path)).join(', ')}, only ${paths.map(quote).join(', ')} is wanted`,
      { hint: 'Commit that by itself or take it out with git restore --staged, then run the command again' },
    );
}

/** A hook may add files or rewrite the commit. It is there then and nothing undoes it, so a person must look. */
async function requireAsAsked(commands: GitCommands, made: ObjectId, commit: NewCommit): Promise<void> {
  const parents = await commands.read(['rev-parse', '--verify', '--quiet', `${made}^1`]);
  const parent = Buffer.from(parents.stdout).toString('utf8').trim();
  const changed = parent === commit.parent ? await changedPaths(commands, commit.parent, made) : [];
  const foreign = changed.filter((path) => !commit.paths.includes(path));
  if (parent === commit.parent && foreign.length === 0) return;
  const found =
    parent === commit.parent
      ? `it also changes ${foreign.map((path) => escapeText(path)).join(', ')}`
      : `its parent is ${parent}, ${commit.parent} is wanted`;
  throw new CutwaterError('WORKING_COPY_UNFIT', `Cannot use commit ${made}: ${found}`, {
    hint: `A hook of this clone, or somebody else, did that; look at it, take it back with git reset --soft ${commit.parent.slice(0, 12)}, and run the command again`,
  });
}

function commitFailure(result: ToolResult): CutwaterError {
  const { details } = gitFailure('commit', result);
  if (/index\.lock'?: File exists/.test(result.stderr))
    return new CutwaterError('LOCKED', 'Cannot commit: another git process holds the index', {
      details,
      hint: 'Wait for it to end; if none runs, remove the lock file named above',
    });
  if (/failed to sign|gpg failed|signing ?key|No secret key|Load key/i.test(result.stderr))
    return new CutwaterError('KEY_UNUSABLE', `Cannot sign the commit: ${reasonOf(result)}`, { details });
  if (/Please tell me who you are|empty ident name/i.test(result.stderr))
    return new CutwaterError('TOOL_FAILED', 'Cannot commit: git does not know who you are', {
      hint: "Run 'git config --global user.name NAME' and 'git config --global user.email ADDRESS'",
    });
  return new CutwaterError('TOOL_FAILED', `Cannot commit: ${reasonOf(result)}`, {
    details,
    hint: 'Mend what git or a hook of this clone says above, then run the command again; what is written already stays',
  });
}
