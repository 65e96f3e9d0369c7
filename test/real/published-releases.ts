import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeFolder } from '../make/folder.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, cutwater, freshClone, makeProject } from '../make/project.ts';

export interface Published {
  readonly project: TestProject;
  /** `127.0.0.1:PORT/acme/tiny`. */
  readonly image: string;
  readonly publicKeyFile: string;
}

/**
 * Releases 1.0.0-rc.1, 1.0.0, 1.1.0 and then 1.0.1 to a registry, which is named by its host and port. One platform of 1.1.0 is
 * built by a job of its own.
 */
export async function publishReleases(context: TestContext, host: string): Promise<Published> {
  const image = `${host}/acme/tiny`;
  const project = await makeProject(context, { image, ciKey: 'p256' });
  await release(context, project, '1.0.0-rc.1');
  await release(context, project, '1.0.0');
  await project.clone.git('branch', 'hotfix/v1.0.1');
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.1.0');
  await inCi(context, project, ['build', '1.1.0', '--platform', 'linux/arm64']);
  await inCi(context, project, ['release', '1.1.0']);
  await project.clone.git('checkout', '-q', 'hotfix/v1.0.1');
  await project.commit({ 'app.txt': 'mended\n' });
  await release(context, project, '1.0.1');
  const publicKeyFile = join(await makeFolder(context), 'ci.pub');
  await writeFile(publicKeyFile, project.ciPublicPem);
  return { project, image, publicKeyFile };
}

/** Withdraws 1.1.0 and moves its aliases back; gives what `verify` says of 1.0.1 on a fresh clone. */
export async function withdrawNewest(context: TestContext, { project }: Published): Promise<string> {
  const env = ciEnvironment(project);
  await project.clone.git('config', 'gpg.format', 'ssh');
  await project.clone.git('config', 'user.signingKey', project.key.privateKeyFile);
  const { folder } = project.clone;
  await cutwater(['withdraw', '1.1.0', '--reason', 'broken', '--aliases', 'move', '--push'], { folder, env });
  const clone = await freshClone(context, project);
  return cutwater(['verify', '1.0.1'], { folder: clone.folder, env });
}

async function release(context: TestContext, project: TestProject, version: string): Promise<void> {
  await project.tag(version);
  await inCi(context, project, ['release', version]);
}

async function inCi(context: TestContext, project: TestProject, args: readonly string[]): Promise<string> {
  const { folder } = await freshClone(context, project);
  return cutwater(args, { folder, env: ciEnvironment(project) });
}
