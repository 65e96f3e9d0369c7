import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { Version } from '../../domain/version.ts';
import { readCargoManifest } from '../../documents/cargo-manifest.ts';
import { lockedOwnPackages } from '../../documents/cargo-version.ts';
import { manifestsOf, withLockFiles, withOwnPackages } from '../../documents/implied-version-files.ts';
import { versionInside } from '../../documents/prepare-commit.ts';
import { readVersionOf, versionDisagreements } from '../../documents/version-file.ts';
import type { VersionFile } from '../../policy/version-file-policy.ts';
import type { Git } from '../../ports/git.ts';
import type { History } from '../../ports/history.ts';
import { readTextFile } from '../facts/text-file.ts';

interface CommitWorld {
  readonly git: Git;
  readonly history: History;
}

/** The version files of a commit: those the policy names, with their lock files and whose packages count there. */
export async function findVersionFiles(
  { git, history }: CommitWorld,
  commit: ObjectId,
  named: readonly VersionFile[],
): Promise<readonly VersionFile[]> {
  if (named.length === 0) return [];
  const paths = await history.pathsOf(commit);
  const files = withLockFiles(named, paths);
  const read = async (path: string): Promise<string> => (await readTextFile(git, commit, path)) ?? '';
  const locks = files.flatMap((file) => (file.kind === 'cargo-lock' ? [file.path] : []));
  const manifests = await readEach(manifestsOf(files, paths), async (path) => readCargoManifest(await read(path)));
  const locked = await readEach(locks, async (path) => lockedOwnPackages(await read(path)));
  return withOwnPackages(files, { manifests, locked }, named);
}

/** Where the version files of a commit say something else than the version, one sentence each. */
export async function versionProblems(
  world: CommitWorld,
  release: { readonly commit: ObjectId; readonly version: Version; readonly files: readonly VersionFile[] },
): Promise<readonly string[]> {
  const { commit, version } = release;
  const problems: string[] = [];
  for (const file of await findVersionFiles(world, commit, release.files)) {
    const text = await readTextFile(world.git, commit, file.path);
    const found = text === undefined ? undefined : readVersionOf(file, text);
    if (found?.is === 'ok') problems.push(...versionDisagreements(found.value, versionInside(version)));
    else problems.push(`the version file ${quote(file.path)} ${found?.reason ?? 'is not in the commit'}`);
  }
  return problems;
}

async function readEach<Value>(
  paths: readonly string[],
  read: (path: string) => Promise<Value>,
): Promise<ReadonlyMap<string, Value>> {
  const result = new Map<string, Value>();
  for (const path of paths) result.set(path, await read(path));
  return result;
}
