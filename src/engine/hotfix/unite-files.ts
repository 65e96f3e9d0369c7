import { mergeChangelog } from '../../documents/merge-changelog.ts';
import { mergeUpgrading } from '../../documents/merge-upgrading.ts';
import { mergeVersionFile } from '../../documents/merge-version-file.ts';
import type { FileSides } from '../../documents/file-sides.ts';
import type { Edit } from '../../documents/text-lines.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { VersionFile } from '../../policy/version-file-policy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { findVersionFiles } from '../documents/version-files.ts';
import type { BranchWorld } from '../world.ts';

/** A file that conflicted, with the bytes it is to have. */
export interface UnitedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The conflicts nearly every merge-back has, each solved where it is plain: both sides added a section of the changelog or
 * notes of a version at the same place, and the default branch has gone on to a higher version. Others are left out.
 */
export async function uniteFiles(
  world: BranchWorld,
  { policy, commit: ours }: LoadedPolicy,
  conflict: { readonly commit: ObjectId; readonly paths: readonly string[] },
): Promise<readonly UnitedFile[]> {
  const base = await world.comparison.mergeBase(ours, conflict.commit);
  if (base === undefined) return [];
  const versionFiles = await findVersionFiles(world, ours, policy.versionFiles);
  const united: UnitedFile[] = [];
  for (const path of conflict.paths) {
    const [before, here, there] = await Promise.all(
      [base, ours, conflict.commit].map((at) => readText(world, at, path)),
    );
    if (before === undefined || here === undefined || there === undefined) continue;
    const sides = { base: before, ours: here, theirs: there };
    const edit = unite(path, sides, { ...policy, versionFiles });
    if (edit !== undefined && edit.is !== 'refused')
      united.push({ path, bytes: new TextEncoder().encode(edit.is === 'edited' ? edit.text : here) });
  }
  return united;
}

function unite(
  path: string,
  sides: FileSides,
  policy: Pick<LoadedPolicy['policy'], 'changelog' | 'upgrading' | 'source'> & {
    readonly versionFiles: readonly VersionFile[];
  },
): Edit | undefined {
  if (path === policy.changelog) return mergeChangelog({ ...sides, source: policy.source });
  if (path === policy.upgrading) return mergeUpgrading(sides);
  const entries = policy.versionFiles.filter((file) => file.path === path);
  return entries.length === 0 ? undefined : mergeVersionFile(entries, sides);
}

/** Undefined for a file that is not there, or is not UTF-8 and would not be itself afterwards. */
async function readText(world: BranchWorld, commit: ObjectId, path: string): Promise<string | undefined> {
  const bytes = await world.git.readFile(commit, path);
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
