import type { CiSystem } from '../../policy/ci-schema.ts';
import type { PolicyTemplate } from '../../policy/policy-template.ts';
import { versionFileFor } from '../../policy/version-file-policy.ts';
import { readVersionOf } from '../version-file.ts';
import { findImageSource } from './image-source.ts';
import { findPrograms } from './programs.ts';
import type { ProjectView } from './project-view.ts';
import { nameOf, ownPaths } from './project-view.ts';
import type { SourceAddress } from './source-address.ts';
import { readSourceAddress } from './source-address.ts';
import { findTestGates } from './test-gates.ts';

/** What a project shows of itself: enough for a first policy file. Whatever it does not show is left out. */
export function detectProject(view: ProjectView): PolicyTemplate {
  const { paths, branch } = view;
  const source = readSourceAddress(view.remoteUrl);
  const image = findImageSource(view, source);
  const changelog = ['CHANGELOG.md', 'Changelog.md', 'CHANGES.md'].find((path) => paths.includes(path));
  const upgrading = ['docs/upgrading.md', 'UPGRADING.md', 'docs/UPGRADING.md'].find((path) => paths.includes(path));
  const system = findCiSystem(paths, source);
  return {
    project: projectName(source?.name ?? view.folderName),
    ...(source === undefined ? {} : { source: source.url }),
    ...(branch === undefined ? {} : { branch }),
    ...(image.repository === undefined ? {} : { repository: image.repository }),
    ...(image.dockerfile === undefined ? {} : { dockerfile: image.dockerfile }),
    context: image.context,
    otherDockerfiles: image.others,
    programs: findPrograms(view, image.dockerfile),
    ...(changelog === undefined ? {} : { changelog }),
    upgrading: upgrading ?? false,
    lockFiles: ownPaths(paths).filter((path) => lockFileNames.has(nameOf(path))),
    versionFiles: findNamedVersion(view),
    gates: findTestGates(view),
    // An address of more parts is that of no repository there.
    ...(source?.host === 'github.com' && !source.owner.includes('/') ? { forge: 'github' } : {}),
    ...(system === undefined ? {} : { ciSystem: system }),
  };
}

const lockFileNames: ReadonlySet<string> = new Set(['Cargo.lock', 'package-lock.json', 'pnpm-lock.yaml']);

/** The usual files that name a version, as far as they agree with the first of them: the one nearest to the top. */
function findNamedVersion(view: ProjectView): readonly string[] {
  const names = ['Cargo.toml', 'package.json', 'VERSION', 'version.txt'];
  const ranked = ownPaths(view.paths)
    .filter((path) => names.includes(nameOf(path)))
    .toSorted(
      (left, right) => depth(left) - depth(right) || names.indexOf(nameOf(left)) - names.indexOf(nameOf(right)),
    );
  const found = ranked.flatMap((path) => {
    const file = versionFileFor(path);
    const text = view.read(path);
    const read = file && text !== undefined ? readVersionOf(file, text) : undefined;
    return read?.is === 'ok' ? [{ path, versions: read.value.map(({ version }) => version) }] : [];
  });
  const [first] = found.flatMap(({ versions }) => versions);
  return found.flatMap(({ path, versions }) => (versions.every((version) => version === first) ? [path] : []));
}

function depth(path: string): number {
  return path.split('/').length;
}

/** Undefined where the host tells by itself, or nothing does. */
function findCiSystem(paths: readonly string[], source: SourceAddress | undefined): CiSystem | undefined {
  if (source !== undefined && ['github.com', 'gitlab.com', 'codeberg.org'].includes(source.host)) return undefined;
  if (paths.some((path) => /^\.(?:forgejo|gitea)\/workflows\//.test(path))) return 'forgejo';
  if (paths.includes('.gitlab-ci.yml')) return 'gitlab';
  return paths.some((path) => path.startsWith('.github/workflows/')) ? 'github' : undefined;
}

function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64)
    .replace(/-+$/, '');
  return name === '' ? 'project' : name;
}
