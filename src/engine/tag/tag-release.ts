import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { WorkingCopy } from '../../ports/working-copy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReleaseTagMade, ReleaseTagRequest } from './make-release-tag.ts';
import { makeReleaseTag } from './make-release-tag.ts';
import type { TagWorld } from '../world.ts';

/** What a person asks of `cutwater tag`. */
export interface TagOrder extends Omit<ReleaseTagRequest, 'commit' | 'trailers' | 'objections'> {
  /** Anything git understands as a commit; undefined for HEAD, and then the working copy must be that commit. */
  readonly at: string | undefined;
}

/** Makes the release tag at HEAD, or at a commit that was named. */
export async function tagRelease(
  world: TagWorld & { readonly workingCopy: WorkingCopy },
  loaded: LoadedPolicy,
  order: TagOrder,
): Promise<ReleaseTagMade> {
  const { at: _, ...request } = order;
  const commit = await commitToTag(world, order);
  const objections = await findUnfit(world.workingCopy, order);
  return makeReleaseTag(world, loaded, { ...request, commit, trailers: [], objections });
}

/** The commit a person means; without a name HEAD. */
export async function commitToTag(
  { git }: Pick<TagWorld, 'git'>,
  { at, version }: Pick<TagOrder, 'at' | 'version'>,
): Promise<ObjectId> {
  const name = releaseTagOf(version);
  const commit = await git.commitOf(at ?? 'HEAD');
  if (commit !== undefined) return commit;
  throw new CutwaterError('USAGE', `Cannot tag ${name}: ${quote(at ?? 'HEAD')} is no commit of this repository`, {
    hint: 'Name a commit by its id, a branch or a tag',
  });
}

/** What is tested and looked at here must be what is tagged, unless the commit is named. */
export async function findUnfit(
  workingCopy: WorkingCopy,
  { at, version }: Pick<TagOrder, 'at' | 'version'>,
): Promise<readonly CutwaterError[]> {
  if (at !== undefined) return [];
  const { changes, operation } = await workingCopy.status();
  if (changes.length === 0 && operation === undefined) return [];
  const found = operation === undefined ? `${changes.length} files differ from HEAD` : `a ${operation} is under way`;
  return [
    new CutwaterError(
      'WORKING_COPY_UNFIT',
      `Cannot tag ${releaseTagOf(version)}: ${found}, a clean working copy is wanted`,
      {
        details: changes.slice(0, shown).map(({ path, kind }) => `${kind} ${quote(path)}`),
        hint: 'Commit, stash or remove the changes, or name the commit with --at COMMIT',
      },
    ),
  ];
}

const shown = 20;
