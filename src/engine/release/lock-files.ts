import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { ImagePolicy, Policy } from '../../policy/policy.ts';
import type { Git } from '../../ports/git.ts';
import type { SbomRequest } from '../../ports/sbom-maker.ts';

/** The lock files that the policy of a build names for an image, as its commit has them. */
export async function readLockFiles(
  git: Git,
  named: { readonly policy: Pick<Policy, 'lockFiles'>; readonly image: Pick<ImagePolicy, 'lockFiles'> | undefined },
  commit: ObjectId,
): Promise<SbomRequest['lockFiles']> {
  const lockFiles = named.image?.lockFiles ?? named.policy.lockFiles;
  const files: { path: string; bytes: Uint8Array }[] = [];
  for (const path of lockFiles) {
    const bytes = await git.readFile(commit, path);
    if (bytes === undefined)
      throw new CutwaterError(
        'BUILD_FAILED',
        `Cannot make the SBOM: the policy names lock file ${path}, the commit has none`,
      );
    files.push({ path, bytes });
  }
  return files;
}
