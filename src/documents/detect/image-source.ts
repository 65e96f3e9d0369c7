import { parseImageName } from '../../domain/image-name.ts';
import type { ComposeBuild } from './compose-builds.ts';
import { readComposeBuilds } from './compose-builds.ts';
import type { ProjectView } from './project-view.ts';
import { below, folderOf, isComposeFile, isDockerfile, nameOf, ownPaths } from './project-view.ts';
import type { SourceAddress } from './source-address.ts';

/** What the image of a project is built from, and where it is published. */
export interface ImageSource {
  readonly dockerfile: string | undefined;
  readonly context: string;
  /** Dockerfiles that could have been meant as well. */
  readonly others: readonly string[];
  /** `host/owner/name`; undefined where nothing shows it. */
  readonly repository: string | undefined;
}

export function findImageSource(view: ProjectView, source: SourceAddress | undefined): ImageSource {
  const paths = ownPaths(view.paths);
  const builds = paths
    .filter(isComposeFile)
    .flatMap((path) => readComposeBuilds(path, view.read(path) ?? ''))
    .filter(({ dockerfile }) => paths.includes(dockerfile));
  const candidates = paths.filter((path) => isDockerfile(path) && !/\b(?:dev|debug|test|ci)\b/i.test(nameOf(path)));
  const ranked = candidates.toSorted(
    (left, right) => rank(right, builds, source) - rank(left, builds, source) || compare(left, right),
  );
  const [dockerfile, ...others] = ranked;
  const build = builds.find((one) => one.dockerfile === dockerfile);
  return {
    dockerfile,
    context: build?.context ?? (dockerfile === undefined ? '.' : contextOf(dockerfile, paths)),
    others,
    repository: publishedName(view, build, source) ?? source?.image,
  };
}

/** How likely a Dockerfile is the one of the product. */
function rank(path: string, builds: readonly ComposeBuild[], source: SourceAddress | undefined): number {
  const words = path.toLowerCase();
  return (
    (builds.some(({ dockerfile }) => dockerfile === path) ? 4 : 0) +
    (folderOf(path) === '.' ? 3 : 0) +
    (/\b(?:backend|server|app|api)\b/.test(words) || words.includes(source?.name.toLowerCase() ?? '/') ? 2 : 0) +
    (/^(?:docker|build|deploy)\//.test(words) ? 1 : 0)
  );
}

function compare(left: string, right: string): number {
  return left.length - right.length || (left < right ? -1 : 1);
}

/** A part of the repository with a manifest of its own is its own context. */
function contextOf(dockerfile: string, paths: readonly string[]): string {
  const folder = folderOf(dockerfile);
  const hasManifest = ['Cargo.toml', 'package.json', 'go.mod'].some((name) => paths.includes(below(folder, name)));
  return hasManifest ? folder : '.';
}

const hosts =
  /\b(?:ghcr\.io|quay\.io|docker\.io|registry\.gitlab\.com|codeberg\.org)\/[a-z0-9._-]+(?:\/[a-z0-9._-]+)+/g;

/** What ends a sentence, or a name that goes on with a variable. */
function withoutEnd(name: string): string {
  let end = name.length;
  while ('._/-'.includes(name.charAt(end - 1)) && end > 0) end -= 1;
  return name.slice(0, end);
}

/** The name under the owner's account that compose file or workflows say most often. */
function publishedName(
  view: ProjectView,
  build: ComposeBuild | undefined,
  source: SourceAddress | undefined,
): string | undefined {
  if (source === undefined) return undefined;
  const owner = source.owner.split('/')[0]?.toLowerCase() ?? '';
  const telling = view.paths.filter(
    (path) => /^\.(?:github|forgejo|gitea)\/workflows\/|^\.gitlab-ci\.yml$/.test(path) || isComposeFile(path),
  );
  const named = telling.flatMap((path) => [...(view.read(path) ?? '').matchAll(hosts)].map(([name]) => name));
  const counts = new Map<string, number>();
  for (const name of [...(build?.image === undefined ? [] : [build.image]), ...named]) {
    const parsed = parseImageName(withoutEnd(name));
    if (parsed.is === 'refused' || parsed.value.repository.split('/')[0] !== owner) continue;
    const text = `${parsed.value.registry}/${parsed.value.repository}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].toSorted(([, left], [, right]) => right - left)[0]?.[0];
}
