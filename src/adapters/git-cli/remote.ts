import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { GitCommands } from './git-commands.ts';
import { gitFailure, reasonOf, settings } from './git-commands.ts';
import { isRefPart } from './ref-lines.ts';

/** Where the remote's tags and branches are kept; nothing else of the clone changes. */
export const privateTags = 'refs/cutwater/tags/';
export const privateHeads = 'refs/cutwater/heads/';

/**
 * The name of the remote that counts: the one asked for, else `origin`, else the only one; undefined where there is
 * none. Throws USAGE where it cannot be told, because taking none would silently trust local tags.
 */
export async function findRemote(commands: GitCommands, wanted: string | undefined): Promise<string | undefined> {
  // The first question of most commands: what is no repository is said by the first of these.
  const [, result] = await Promise.all([commands.gitFolder(), commands.asUser(['remote'])]);
  if (result.exitCode !== 0) throw gitFailure('list the remotes', result);
  const names = Buffer.from(result.stdout)
    .toString('utf8')
    .split('\n')
    .filter((name) => name !== '');
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new CutwaterError('USAGE', `Cannot use the remote ${quote(wanted)}: the repository has none of this name`, {
      hint: "Run 'git remote' to see the names",
    });
  }
  if (names.includes('origin') || names.length < 2) return names.includes('origin') ? 'origin' : names[0];
  throw new CutwaterError(
    'USAGE',
    `Cannot choose a remote: there are ${names.length} and none is "origin", one must be named`,
  );
}

/** The address without user name and password, which may hold an "@" of their own; for SSH the user stays. */
export async function readRemoteUrl(commands: GitCommands, remote: string): Promise<string | undefined> {
  const result = await commands.asUser(['remote', 'get-url', '--', remote]);
  if (result.exitCode !== 0) return undefined;
  const url = Buffer.from(result.stdout).toString('utf8').replace(/\n$/, '');
  return url.replace(/^(https?:\/\/)[^/]*@/i, '$1').replace(/^([a-z+]+:\/\/[^/@:]*):[^/]*@/i, '$1@');
}

/** What HEAD of the remote names; undefined where it names no branch. */
export async function readDefaultBranch(commands: GitCommands, remote: string): Promise<string | undefined> {
  const result = await commands.asUser(['ls-remote', '--symref', '--', remote, 'HEAD']);
  if (result.exitCode !== 0) throw networkFailure(`ask ${quote(remote)} for its default branch`, result);
  return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(Buffer.from(result.stdout).toString('utf8'))?.[1];
}

/** Mirrors the remote's tags and branches into private refs. */
export async function fetchPrivately(commands: GitCommands, remote: string): Promise<void> {
  const quiet = settings({ 'core.hooksPath': '/dev/null', 'maintenance.auto': 'false', 'gc.auto': '0' });
  // An empty refmap: the clone's own refspecs (a mirror's "+refs/*:refs/*") must not move its tags along the way.
  const options = ['--quiet', '--no-tags', '--prune', '--no-write-fetch-head', '--no-recurse-submodules', '--refmap='];
  const refspecs = [`+refs/tags/*:${privateTags}*`, `+refs/heads/*:${privateHeads}*`];
  const args = [...quiet, 'fetch', ...options, '--', remote, ...refspecs];
  let result = await commands.asUser(args);
  // Another run in the same clone may hold a ref for a moment; what it wrote is as new as what we want to write.
  for (let retry = 0; retry < 3 && /cannot lock ref|Unable to create '.*\.lock'/.test(result.stderr); retry += 1)
    result = await commands.asUser(args);
  // One tag with a name that this disk cannot hold must not stop the project; no release or decision has such a name.
  const unholdable = tooLong(result.stderr);
  if (unholdable.length > 0) result = await commands.asUser([...args, ...unholdable.map((ref) => `^${ref}`)]);
  if (result.exitCode !== 0) throw networkFailure(`fetch from ${quote(remote)}`, result);
}

/** The remote's references whose private copies git could not write because of the length of the name. */
function tooLong(stderr: string): readonly string[] {
  const names = stderr.matchAll(
    /cannot lock ref 'refs\/cutwater\/((?:tags|heads)\/\S{200,})': Unable to create .*File name too long/g,
  );
  return [...names].flatMap(([, name]) => (name === undefined ? [] : [`refs/${name}`]));
}

/** Pushes one tag without force. A tag of that name with another object is TAG_MOVED, a refusal by the server FORBIDDEN. */
export async function pushTag(commands: GitCommands, remote: string, name: string): Promise<void> {
  const act = `push tag ${quote(name)} to ${quote(remote)}`;
  const ref = `refs/tags/${name}`;
  if (!isRefPart(name)) throw new CutwaterError('USAGE', `Cannot ${act}: git does not allow the name`);
  const result = await pushPlainly(commands, { remote, refs: [`${ref}:${ref}`] });
  if (result.exitCode === 0) return;
  const [refusal] = refusedRefs(result);
  if (refusal?.reason.startsWith('[rejected]') === true)
    throw new CutwaterError('TAG_MOVED', `Cannot ${act}: the remote has another tag of this name`);
  if (refusal !== undefined)
    throw new CutwaterError('FORBIDDEN', `Cannot ${act}: the remote refuses it, ${quote(refusal.reason)}`);
  if (/src refspec .* does not match any/.test(result.stderr))
    throw new CutwaterError('TAG_MISSING', `Cannot ${act}: there is no such tag here`);
  throw networkFailure(act, result);
}

/** Whatever the user's configuration says, only what is named is pushed, and never with force. */
const plainPush: readonly string[] = [
  '--porcelain',
  '--no-follow-tags',
  '--no-force-with-lease',
  '--recurse-submodules=no',
  '--no-mirror',
];

/**
 * Pushes exactly these refspecs. Where another push holds one of the references at this very moment the server refuses;
 * asked again it says whether there is anything left to do.
 */
export async function pushPlainly(
  commands: GitCommands,
  push: { readonly remote: string; readonly refs: readonly string[]; readonly options?: readonly string[] },
): Promise<ToolResult> {
  const { remote, refs, options = [] } = push;
  const args = ['push', ...plainPush, ...options, '--', remote, ...refs];
  let result = await commands.asUser(args);
  for (let retry = 0; retry < 3 && metAnotherPush(result); retry += 1) result = await commands.asUser(args);
  return result;
}

function metAnotherPush(result: ToolResult): boolean {
  const refused = refusedRefs(result);
  const busy =
    /^\[remote rejected\].*(?:failed to update ref|already exists|lock|incorrect old value|transaction failed)/;
  return refused.length > 0 && refused.every(({ reason }) => busy.test(reason));
}

/** The references a push with `--porcelain` could not update, with the reason as git gives it. */
export function refusedRefs(result: ToolResult): readonly { readonly target: string; readonly reason: string }[] {
  return Buffer.from(result.stdout)
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [mark, refs = '', reason = ''] = line.split('\t');
      return mark === '!' ? [{ target: refs.slice(refs.indexOf(':') + 1), reason }] : [];
    });
}

export function networkFailure(act: string, result: ToolResult): CutwaterError {
  return new CutwaterError(networkCode(result.stderr), `Cannot ${act}: ${reasonOf(result)}`);
}

function networkCode(stderr: string): ErrorCode {
  if (
    /Authentication failed|could not read (?:Username|Password)|Permission denied \(|terminal prompts disabled/.test(
      stderr,
    )
  )
    return 'UNAUTHENTICATED';
  return /returned error: 403|Permission to .* denied|not allowed to/.test(stderr) ? 'FORBIDDEN' : 'UNREACHABLE';
}
