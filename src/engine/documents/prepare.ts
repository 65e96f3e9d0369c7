import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { DocumentProblem } from '../../documents/file-plan.ts';
import { formatPrepareMessage } from '../../documents/prepare-commit.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { PrepareOutlook, PrepareRequest } from './prepare-outlook.ts';
import { readPrepareOutlook } from './prepare-outlook.ts';
import type { PrepareWorld } from '../world.ts';

export interface Prepared {
  readonly outlook: PrepareOutlook;
  /** HEAD afterwards. */
  readonly commit: ObjectId;
  /** `made` now; `kept`: an earlier run, or a person, did all there is to do. */
  readonly is: 'made' | 'kept';
  /** `nowhere`: only in this clone, or there is no remote. */
  readonly remote: 'pushed' | 'there' | 'nowhere';
}

/**
 * Writes the files of a release, commits exactly them, and pushes that commit where it is asked to. Killed anywhere and run
 * again it ends the same: each file on disk is either as HEAD has it, or as it is to be, or the run stops and says both.
 * Throws PREPARATION_REFUSED with everything that stands against it, before it changes anything.
 */
export async function prepare(world: PrepareWorld, loaded: LoadedPolicy, request: PrepareRequest): Promise<Prepared> {
  const outlook = await readPrepareOutlook(world, loaded, request);
  requireNoProblems(request.version, outlook.problems);
  const commit = (await commitPreparation(world, request, outlook)) ?? outlook.head;
  const is = commit === outlook.head ? 'kept' : 'made';
  return { outlook, commit, is, remote: await pushPreparation(world, request, { outlook, commit, is }) };
}

function requireNoProblems(version: Version, problems: readonly DocumentProblem[]): void {
  const [first, ...more] = problems;
  if (first === undefined) return;
  const act = `Cannot prepare ${formatVersion(version)}`;
  if (more.length === 0)
    throw new CutwaterError('PREPARATION_REFUSED', `${act}: ${first.message}`, { hint: first.hint });
  throw new CutwaterError('PREPARATION_REFUSED', `${act}: ${problems.length} things stand against it`, {
    details: problems.map(({ message, hint }) => `${message}. ${hint}`),
  });
}

/** Undefined where HEAD has everything already. */
async function commitPreparation(
  world: PrepareWorld,
  { version, bumpReason }: PrepareRequest,
  { head, preparation, recordedReason }: PrepareOutlook,
): Promise<ObjectId | undefined> {
  const { workingCopy, report } = world;
  const files = preparation.files.filter(({ state }) => state !== 'committed');
  const isExcused = preparation.bump?.problems.some(({ weight }) => weight === 'wrong') === true;
  // Where everything else is there already, the reason still needs a commit to be found in.
  if (files.length === 0 && !(isExcused && bumpReason !== undefined && recordedReason === undefined)) return undefined;
  for (const { path, text, state } of files) {
    if (state !== 'write') continue;
    requireGoingOn(world, `write ${quote(path)}`);
    report({ type: 'stage', name: 'write', detail: path });
    await workingCopy.writeFile(path, new TextEncoder().encode(text));
  }
  requireGoingOn(world, 'commit');
  const message = formatPrepareMessage(version, bumpReason);
  report({ type: 'stage', name: 'commit', detail: message.split('\n', 1)[0] ?? '' });
  const paths = files.map(({ path }) => path);
  const commit = await workingCopy.commitFiles({ paths, message, parent: head });
  for (const { path, text } of files) await requireCommitted(world, { path, text, commit, parent: head });
  return commit;
}

/** A hook of the clone may rewrite a file on its way into the commit; what is released must be what was decided. */
async function requireCommitted(
  { workingCopy }: PrepareWorld,
  wanted: { readonly path: string; readonly text: string; readonly commit: ObjectId; readonly parent: ObjectId },
): Promise<void> {
  const { path, text, commit, parent } = wanted;
  const bytes = await workingCopy.readCheckedOut(commit, path);
  if (bytes !== undefined && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) === text) return;
  throw new CutwaterError(
    'WORKING_COPY_UNFIT',
    `Cannot use commit ${commit}: ${quote(path)} in it is not what was written`,
    {
      hint: `A hook or filter of this clone changes the file; look at it, take the commit back with git reset --soft ${parent.slice(0, 12)}, and run the command again`,
    },
  );
}

async function pushPreparation(
  world: PrepareWorld,
  { push }: PrepareRequest,
  { outlook, commit, is }: Pick<Prepared, 'outlook' | 'commit' | 'is'>,
): Promise<Prepared['remote']> {
  const { branch, remote, isPrepared } = outlook;
  const isOurs = is === 'made' || isPrepared;
  if (is === 'kept' && remote.hasHead) return 'there';
  if (!push || branch === undefined || !isOurs) return 'nowhere';
  requireGoingOn(world, `push ${quote(branch)}`);
  world.report({ type: 'stage', name: 'push', detail: branch });
  await world.workingCopy.pushBranch({ branch, commit });
  return 'pushed';
}

function requireGoingOn({ signal }: PrepareWorld, act: string): void {
  if (signal.aborted) throw new CutwaterError('INTERRUPTED', `Cannot ${act}: the run was stopped before it`);
}
