import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from './folder.ts';
import type { GithubCom } from './github-com.ts';
import { maintainerToken, startGithubCom } from './github-com.ts';
import { cloneRepository, makeGitRepository } from './git-repository.ts';
import type { TestRepository } from './git-repository.ts';
import type { OpenpgpKey, SshKey } from './keys.ts';
import type { RunAt } from './program.ts';

/** A project on GitHub that has never heard of Cutwater, and the machine of the maintainer who tries it. */
export interface AdoptingProject {
  readonly internet: GithubCom;
  readonly clone: TestRepository;
  readonly maintainer: RunAt;
  /** Commits everything that lies in the clone, and pushes it, as a maintainer may. */
  push(message: string): Promise<void>;
}

export interface Adoption {
  /** `owner/name`. */
  readonly repository: string;
  /** The versions that were released by hand, oldest first, and the files at each; the last entry is what came after. */
  readonly past: readonly (readonly [version: string, files: Readonly<Record<string, string>>])[];
  readonly key: OpenpgpKey | SshKey;
}

export async function makeAdoptingProject(scope: Scope, adoption: Adoption): Promise<AdoptingProject> {
  const origin = await makeGitRepository(scope, { bare: true });
  const internet = await startGithubCom(scope, { repository: adoption.repository, origin: origin.folder });
  const clone = await cloneRepository(scope, origin);
  await clone.git('checkout', '-q', '-b', 'main');
  for (const [at, [version, files]] of adoption.past.entries()) {
    const isReleased = at < adoption.past.length - 1;
    await clone.commit(files, isReleased ? `docs: prepare release v${version}` : 'Go on');
    if (!isReleased) continue;
    const tagged = await clone.tag(`v${version}`, { by: adoption.key, message: `Release v${version}` });
    internet.github.tags.set(`v${version}`, tagged);
  }
  await clone.git('push', '-q', 'origin', 'HEAD', '--tags');
  await clone.git('remote', 'set-url', 'origin', `https://github.com/${adoption.repository}`);
  await clone.git('remote', 'set-url', '--push', 'origin', `file://${origin.folder}`);
  const { key } = adoption;
  await clone.git('config', 'user.name', 'senolcolak');
  await clone.git('config', 'gpg.format', key.kind);
  await clone.git('config', 'user.signingKey', key.kind === 'ssh' ? key.privateKeyFile : key.fingerprint);
  const home = key.kind === 'ssh' ? {} : { GNUPGHOME: key.home };
  const env = { ...clone.environment, ...internet.environment, ...maintainerToken, ...home };
  return {
    internet,
    clone,
    maintainer: { folder: clone.folder, env },
    push: async (message) => {
      await clone.commit({}, message);
      await clone.git('push', '-q', 'origin', 'HEAD');
    },
  };
}

/** Scripts are programs. */
export async function makeExecutable(folder: string, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await chmod(join(folder, path), 0o755);
}
