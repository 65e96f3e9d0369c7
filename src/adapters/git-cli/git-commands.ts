import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import { openTool } from '../process/open-tool.ts';
import type { ToolCall, ToolResult } from '../process/run-tool.ts';
import { userEnvironment } from '../process/user-environment.ts';
import { emptyEnvironment, runTool } from '../process/run-tool.ts';
import type { ObjectSource } from './object-source.ts';
import { objectSource } from './object-source.ts';

export type GitCallOptions = Pick<ToolCall, 'input' | 'maxOutputBytes' | 'timeoutSeconds'> & {
  readonly env?: Readonly<Record<string, string>>;
};

/** The two ways git is run. Exit codes are values; `gitFailure` turns a result into an error. */
export interface GitCommands {
  /** Without the user's configuration, hooks, replaced objects or prompts, directly on the repository's own folder. */
  read(args: readonly string[], options?: GitCallOptions): Promise<ToolResult>;
  /** With the user's environment and configuration: keys, credentials, proxies. */
  asUser(args: readonly string[], options?: GitCallOptions): Promise<ToolResult>;
  /** Objects of the repository, from a process that stays open. */
  readonly objects: ObjectSource;
  /** The absolute path of the repository's own folder (`.git`). Throws NOT_A_REPOSITORY. */
  gitFolder(): Promise<string>;
  /** The absolute path of the working copy; a bare repository has none, and its own folder is what a person names. */
  topFolder(): Promise<string>;
}

export interface GitCommandsOptions {
  readonly folder: string;
  /** The user's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function gitCommands(options: GitCommandsOptions): GitCommands {
  const userEnvironment = readUserEnvironment(options.environment);
  const asUser: GitCommands['asUser'] = (args, { env, ...call } = {}) =>
    // "-C" rather than a working folder: one that is not there is git's message then, not a missing program.
    runTool({ command: 'git', args: ['-C', options.folder, ...args], env: { ...userEnvironment, ...env }, ...call });
  let found: Promise<Folders> | undefined;
  const folders = () => (found ??= findFolders(asUser, options.folder));
  const gitFolder = async () => (await folders()).git;
  return {
    asUser,
    gitFolder,
    topFolder: async () => (await folders()).top,
    async read(args, { env, ...call } = {}) {
      const { env: plain, ...rest } = hardenedCall(await gitFolder(), args);
      return runTool({ ...rest, env: { ...plain, ...env }, ...call });
    },
    objects: objectSource(async (events) => openTool(hardenedCall(await gitFolder(), ['cat-file', '--batch']), events)),
  };
}

function hardenedCall(
  folder: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const env = { ...emptyEnvironment(), ...hardened, GIT_DIR: folder };
  return { command: 'git', args: ['-C', folder, ...hardenedConfig, ...args], env };
}

/** The error for a git command that ended with a failure; `act` completes "Cannot ...". */
export function gitFailure(act: string, result: ToolResult): CutwaterError {
  return new CutwaterError('TOOL_FAILED', `Cannot ${act}: ${reasonOf(result)}`, { details: detailsOf(result) });
}

/** Git's own reason in one line, without the credentials a URL may hold. */
export function reasonOf(result: ToolResult): string {
  if (result.timedOut) return 'git did not end in time';
  const lines = detailsOf(result);
  const telling = lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.at(-1);
  if (telling !== undefined) return telling.replace(/^(?:fatal|error): /, '');
  return result.exitCode < 0 ? 'git crashed or was killed' : `git ended with ${result.exitCode}`;
}

function detailsOf(result: ToolResult): readonly string[] {
  const lines = result.stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-12).map((line) => escapeText(line.replaceAll(/:\/\/[^/\s]*@/g, '://')));
}

/**
 * Discovery runs as the user, because only the user's configuration says which folders of other owners are safe
 * (`safe.directory`). Later commands name the folder found, so they can do without that configuration.
 */
async function findFolders(asUser: GitCommands['asUser'], folder: string): Promise<Folders> {
  const both = await asUser(['rev-parse', '--absolute-git-dir', '--show-toplevel']);
  const [git, top, ...more] = Buffer.from(both.stdout).toString('utf8').split('\n');
  if (both.exitCode === 0 && git !== undefined && top !== undefined && more.join() === '') return { git, top };
  // No working copy, no repository, or a line break in a path: one question after the other.
  const result = await asUser(['rev-parse', '--absolute-git-dir']);
  if (result.exitCode === 0) {
    const own = pathIn(result);
    const copy = await asUser(['rev-parse', '--show-toplevel']);
    return { git: own, top: copy.exitCode === 0 ? pathIn(copy) : own };
  }
  const message = `Cannot use ${quote(folder)}: ${reasonOf(result)}`;
  if (!result.stderr.includes('dubious ownership')) throw new CutwaterError('NOT_A_REPOSITORY', message);
  const hint = 'Allow it with git config --global --add safe.directory DIR';
  throw new CutwaterError('NOT_A_REPOSITORY', message, { hint });
}

interface Folders {
  readonly git: string;
  readonly top: string;
}

function pathIn({ stdout }: ToolResult): string {
  return Buffer.from(stdout).toString('utf8').replace(/\n$/, '');
}

const hardened = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  // What is judged is what the ids say, not what refs/replace or grafts put in their place.
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: '/dev/null',
} as const;

const hardenedConfig = settings({
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'advice.graftFileDeprecated': 'false',
});

/** As arguments of git. The names must not come from outside: one with "=" would be another setting. */
export function settings(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** What git sets for hooks and worktrees would lead it to another repository than the folder named. */
function readUserEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(userEnvironment(environment)).filter(([name]) => !repositoryVariables.has(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' };
}

/** From `git rev-parse --local-env-vars`; configuration given by the environment is the user's own and stays. */
const repositoryVariables: ReadonlySet<string> = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_PREFIX',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_NAMESPACE',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_INTERNAL_SUPER_PREFIX',
]);
