import { formatImageName, parseImageName } from '../../domain/image-name.ts';
import type { ComposeBuild } from './compose-builds.ts';
import { readComposeBuilds } from './compose-builds.ts';
import type { ProjectView } from './project-view.ts';
import { below, folderOf, isComposeFile, isDockerfile, nameOf, ownPaths } from './project-view.ts';
import type { SourceAddress } from './source-address.ts';
import type { Workflow } from './workflow.ts';

/** What the image of a project is built from, and where it is published. */
export interface ImageSource {
  readonly dockerfile: string | undefined;
  readonly context: string;
  /** Dockerfiles that could have been meant as well, or that make further images. */
  readonly others: readonly OtherImage[];
  /** `host/owner/name`; undefined where nothing shows it. */
  readonly repository: string | undefined;
  /** Where workflows publish an image of the same name besides. */
  readonly mirrors: readonly string[];
  /** `linux/arm64`; undefined where nothing shows them. */
  readonly platforms: readonly string[] | undefined;
}

export interface OtherImage {
  readonly dockerfile: string;
  readonly context: string;
  /** Where it could be published; undefined where the first image has no place either. */
  readonly repository: string | undefined;
}

export function findImageSource(
  view: ProjectView,
  source: SourceAddress | undefined,
  workflows: readonly Workflow[],
): ImageSource {
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
  const contextFor = (path: string): string =>
    builds.find((one) => one.dockerfile === path)?.context ?? contextOf(path, paths);
  const build = builds.find((one) => one.dockerfile === dockerfile);
  const repository = publishedName(view, { build, source, workflows }) ?? source?.image;
  return {
    dockerfile,
    context: dockerfile === undefined ? '.' : contextFor(dockerfile),
    others: others.map((path) => ({
      dockerfile: path,
      context: contextFor(path),
      repository: builds.find((one) => one.dockerfile === path)?.image ?? besides(repository, path, source),
    })),
    repository,
    mirrors: mirrorsIn(workflows, repository),
    platforms: platformsIn(workflows),
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

/** `chat.Dockerfile` beside `ghcr.io/owner/app` would be `ghcr.io/owner/app-chat`. */
function besides(
  repository: string | undefined,
  dockerfile: string,
  source: SourceAddress | undefined,
): string | undefined {
  const stem = nameOf(dockerfile)
    .toLowerCase()
    .replace(/\.?(?:dockerfile|containerfile)\.?/, '');
  const word = (stem === '' ? nameOf(folderOf(dockerfile)).toLowerCase() : stem).replaceAll(/[^a-z0-9]+/g, '-');
  if (repository === undefined || source === undefined || word === '' || word === '-') return undefined;
  const parsed = parseImageName(
    `${repository.slice(0, repository.lastIndexOf('/'))}/${source.name.toLowerCase()}-${word}`,
  );
  return parsed.is === 'ok' ? formatImageName(parsed.value) : undefined;
}

/** What workflows push, those first that a tag starts. */
function pushedImages(workflows: readonly Workflow[]): readonly string[] {
  const publishing = workflows.filter(({ publishes }) => publishes);
  const inOrder = [
    ...publishing.filter(({ startsOnTags }) => startsOnTags),
    ...publishing.filter(({ startsOnTags }) => !startsOnTags),
  ];
  return [...new Set(inOrder.flatMap(({ images }) => images))].filter((name) => parseImageName(name).is === 'ok');
}

function mirrorsIn(workflows: readonly Workflow[], repository: string | undefined): readonly string[] {
  if (repository === undefined) return [];
  const shortName = nameOf(repository);
  return pushedImages(workflows)
    .filter((name) => name !== repository && nameOf(name) === shortName)
    .slice(0, 5);
}

/** Those of the workflow that publishes tags; else of any that publishes. */
function platformsIn(workflows: readonly Workflow[]): readonly string[] | undefined {
  const building = workflows.filter(({ publishes, platforms }) => publishes && platforms.length > 0);
  const found = (building.find(({ startsOnTags }) => startsOnTags) ?? building[0])?.platforms;
  return found && [...new Set(found)].slice(0, 8);
}

const hosts =
  /\b(?:ghcr\.io|quay\.io|docker\.io|registry\.gitlab\.com|codeberg\.org)\/[a-z0-9._-]+(?:\/[a-z0-9._-]+)+/g;

/** What ends a sentence. */
function withoutEnd(name: string): string {
  let end = name.length;
  while ('._/-'.includes(name.charAt(end - 1)) && end > 0) end -= 1;
  return name.slice(0, end);
}

/** The name under the owner's account that the compose file gives to what it builds, else the one that is said most often. */
function publishedName(
  view: ProjectView,
  {
    build,
    source,
    workflows,
  }: {
    readonly build: ComposeBuild | undefined;
    readonly source: SourceAddress | undefined;
    readonly workflows: readonly Workflow[];
  },
): string | undefined {
  if (source === undefined) return undefined;
  const owner = source.owner.split('/')[0]?.toLowerCase() ?? '';
  const telling = view.paths.filter(
    (path) =>
      /^\.(?:github|forgejo|gitea)\/workflows\/|^\.gitlab-ci\.yml$|^\.goreleaser\.ya?ml$/.test(path) ||
      isComposeFile(path),
  );
  const named = telling.flatMap((path) => {
    const text = workflows.find((one) => one.path === path)?.text ?? view.read(path) ?? '';
    return [...text.toLowerCase().matchAll(hosts)].flatMap((found) => {
      const [name] = found;
      // A name that goes on with a variable is a part of one.
      return /^\/?[$({]/.test(text.slice(found.index + name.length)) ? [] : [name];
    });
  });
  const counts = new Map<string, number>();
  const ownName = (name: string): string | undefined => {
    // Docker reads "owner/name" as an image of its own registry.
    const whole = /^[a-z0-9_-]+\/[a-z0-9._-]+$/.test(name) ? `docker.io/${name}` : name;
    const parsed = parseImageName(withoutEnd(whole));
    return parsed.is === 'refused' || parsed.value.repository.split('/')[0] !== owner
      ? undefined
      : formatImageName(parsed.value);
  };
  const composed = build?.image === undefined ? undefined : ownName(build.image);
  if (composed !== undefined) return composed;
  const [pushed] = pushedImages(workflows);
  if (pushed !== undefined) return pushed;
  for (const name of named.flatMap((one) => ownName(one) ?? [])) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([, left], [, right]) => right - left)[0]?.[0];
}
