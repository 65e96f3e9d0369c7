import { parseRepositoryPath } from '../../policy/repository-path.ts';

/** What `init` sees of a project. */
export interface ProjectView {
  /** The paths of its files that a policy could name, with "/". */
  readonly paths: readonly string[];
  /** A file that `isTelling`, as text; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
  /** Without user name and password. */
  readonly remoteUrl: string | undefined;
  readonly branch: string | undefined;
  readonly folderName: string;
}

/** Paths of the project's own work: neither what others wrote, nor what only tests and examples use. */
export function ownPaths(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    const folders = path.split('/').slice(0, -1);
    return (
      folders.length <= 4 && !folders.some((folder) => foreign.has(folder)) && parseRepositoryPath(path).is === 'ok'
    );
  });
}

const foreign: ReadonlySet<string> = new Set(
  'vendor node_modules third_party target dist test tests testdata fixtures e2e example examples docs doc website .devcontainer'.split(
    ' ',
  ),
);

/** Files whose content says something about how a project is built and published. */
export function isTelling(path: string): boolean {
  const name = nameOf(path);
  if (/^\.(?:github|forgejo|gitea)\/workflows\/[^/]+\.ya?ml$/.test(path)) return true;
  return telling.has(name) || isDockerfile(path) || isComposeFile(path) || isReleaseDocument(path);
}

const telling: ReadonlySet<string> = new Set([
  'Cargo.toml',
  'package.json',
  'go.mod',
  'VERSION',
  'version.txt',
  '.gitlab-ci.yml',
  '.goreleaser.yml',
  '.goreleaser.yaml',
]);

/** Where projects write down how they release. */
export function isReleaseDocument(path: string): boolean {
  return /^(?:docs\/|\.github\/)?(?:[\w-]*release[\w-]*|releasing|contributing|maintain(?:ing|ers))\.md$/i.test(path);
}

export function isDockerfile(path: string): boolean {
  return /^(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.(?:Dockerfile|Containerfile)$/i.test(nameOf(path));
}

export function isComposeFile(path: string): boolean {
  return /^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/.test(nameOf(path));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of a path; `.` for the top. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end === -1 ? '.' : path.slice(0, end);
}

/** A path below a folder, either of which may be the top. */
export function below(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`;
}
