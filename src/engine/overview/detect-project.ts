import type { ObjectId } from '../../domain/object-id.ts';
import { readVersionOf } from '../../documents/version-file.ts';
import type { PolicyTemplate } from '../../policy/policy-template.ts';
import { versionFileFor } from '../../policy/version-file-policy.ts';
import type { Git } from '../../ports/git.ts';

/** What a commit shows of a project: enough for a first policy file. Reads files of the commit only. */
export async function detectProject(git: Git, commit: ObjectId, folderName: string): Promise<PolicyTemplate> {
  const has = async (path: string): Promise<boolean> => (await git.readFile(commit, path)) !== undefined;
  const present = async (paths: readonly string[]): Promise<readonly string[]> => {
    const found = await Promise.all(paths.map(has));
    return paths.filter((_, index) => found[index]);
  };
  const source = readSource(await git.remoteUrl());
  const [dockerfile] = await present(['Dockerfile', 'docker/Dockerfile', 'docker/backend.Dockerfile', 'Containerfile']);
  const [changelog] = await present(['CHANGELOG.md', 'Changelog.md', 'CHANGES.md']);
  const [upgrading] = await present(['docs/upgrading.md', 'UPGRADING.md', 'docs/UPGRADING.md']);
  const lockFiles = await present(lockFilePaths);
  const branch = await git.defaultBranch();
  return {
    project: projectName(source?.name ?? folderName),
    ...(source === undefined ? {} : { source: source.url, repository: source.image }),
    ...(branch === undefined ? {} : { branch }),
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...(changelog === undefined ? {} : { changelog }),
    upgrading: upgrading ?? false,
    lockFiles,
    versionFiles: await findNamedVersion(git, commit),
  };
}

const lockFilePaths = [
  'Cargo.lock',
  'package-lock.json',
  'frontend/package-lock.json',
  'pnpm-lock.yaml',
  'frontend/pnpm-lock.yaml',
] as const;

/** The usual files that name a version, as far as they agree with the first of them. */
async function findNamedVersion(git: Git, commit: ObjectId): Promise<readonly string[]> {
  const found: { readonly path: string; readonly versions: readonly string[] }[] = [];
  for (const path of ['Cargo.toml', 'package.json', 'frontend/package.json', 'VERSION', 'version.txt']) {
    const file = versionFileFor(path);
    const bytes = await git.readFile(commit, path);
    const read = file && bytes && readVersionOf(file, new TextDecoder().decode(bytes));
    if (read?.is === 'ok') found.push({ path, versions: read.value.map(({ version }) => version) });
  }
  const [first] = found.flatMap(({ versions }) => versions);
  return found.flatMap(({ path, versions }) => (versions.every((version) => version === first) ? [path] : []));
}

interface Source {
  readonly url: string;
  readonly name: string;
  /** Where the forge's own registry keeps the image. */
  readonly image: string;
}

/** Reads `git@host:OWNER/NAME.git` and `https://host/OWNER/NAME`; credentials in a URL are left out. */
function readSource(remote: string | undefined): Source | undefined {
  const match =
    /^(?:ssh:\/\/)?(?:[^@/\s]+@)([a-z0-9.-]+)(?::|\/)([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/i.exec(remote ?? '') ??
    /^https?:\/\/(?:[^@/\s]+@)?([a-z0-9.-]+)\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/i.exec(remote ?? '');
  const [, host, owner, name] = match ?? [];
  if (host === undefined || owner === undefined || name === undefined) return undefined;
  const registry = host === 'github.com' ? 'ghcr.io' : host;
  return { url: `https://${host}/${owner}/${name}`, name, image: `${registry}/${owner}/${name}`.toLowerCase() };
}

function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'project' : name;
}
