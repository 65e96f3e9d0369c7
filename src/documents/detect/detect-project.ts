import type { CiSystem } from '../../policy/ci-schema.ts';
import type { PolicyTemplate } from '../../policy/shown-project.ts';
import { versionFileFor } from '../../policy/version-file-policy.ts';
import { readVersionOf } from '../version-file.ts';
import { findCommitChecks } from './commit-checks.ts';
import { findImageSource } from './image-source.ts';
import { findPrograms } from './programs.ts';
import type { ProjectView } from './project-view.ts';
import { nameOf, ownPaths } from './project-view.ts';
import { findReleaseScripts } from './release-scripts.ts';
import type { SourceAddress } from './source-address.ts';
import { readSourceAddress } from './source-address.ts';
import type { FoundGate } from './test-gates.ts';
import { findTestGates, uniqueNames } from './test-gates.ts';
import type { Workflow } from './workflow.ts';
import { readWorkflow } from './workflow.ts';

/** What a project shows of itself: enough for a first policy file. Whatever it does not show is left out. */
export function detectProject(view: ProjectView): PolicyTemplate {
  const { paths, branch = 'main' } = view;
  const source = readSourceAddress(view.remoteUrl);
  const workflows = findWorkflows(view, source);
  const image = findImageSource(view, source, workflows);
  const changelog = ['CHANGELOG.md', 'Changelog.md', 'CHANGES.md'].find((path) => paths.includes(path));
  const upgrading = ['docs/upgrading.md', 'UPGRADING.md', 'docs/UPGRADING.md'].find((path) => paths.includes(path));
  const system = findCiSystem(paths, source);
  const forge = findForge(source);
  const processDocument = freePage(paths);
  const scanner = ['trivy', 'grype'].find((name) => workflows.some(({ text }) => text.includes(name)));
  return {
    project: projectName(source?.name ?? view.folderName),
    ...(source === undefined ? {} : { source: source.url }),
    ...(view.branch === undefined ? {} : { branch: view.branch }),
    ...(image.repository === undefined ? {} : { repository: image.repository }),
    ...(image.dockerfile === undefined ? {} : { dockerfile: image.dockerfile }),
    mirrors: image.mirrors,
    ...(image.platforms === undefined ? {} : { platforms: image.platforms }),
    context: image.context,
    otherImages: image.others,
    programs: findPrograms(view, image.dockerfile),
    ...(changelog === undefined ? {} : { changelog }),
    upgrading: upgrading ?? false,
    ...(processDocument === undefined ? {} : { processDocument }),
    lockFiles: ownPaths(paths).filter((path) => lockFileNames.has(nameOf(path))),
    versionFiles: findNamedVersion(view),
    ...findChecks(view),
    ...(scanner === undefined ? {} : { scanner }),
    ...(forge === undefined ? {} : { forge }),
    // What checks are called is known of GitHub only.
    ...(forge === 'github' ? { checks: findCommitChecks(workflows, branch) } : {}),
    ...(system === undefined ? {} : { ciSystem: system }),
  };
}

const lockFileNames: ReadonlySet<string> = new Set(['Cargo.lock', 'package-lock.json', 'pnpm-lock.yaml']);

function findWorkflows({ paths, read }: ProjectView, source: SourceAddress | undefined): readonly Workflow[] {
  const repository = source === undefined ? undefined : `${source.owner}/${source.name}`;
  return paths
    .filter((path) => /^\.(?:github|forgejo|gitea)\/workflows\/[^/]+\.ya?ml$/.test(path))
    .toSorted()
    .flatMap((path) => readWorkflow(path, read(path) ?? '', repository) ?? []);
}

/** By the host, where it is one of those everybody knows. An address of more parts is a repository on GitLab only. */
function findForge(source: SourceAddress | undefined): PolicyTemplate['forge'] {
  if (source?.host === 'gitlab.com') return 'gitlab';
  if (source === undefined || source.owner.includes('/')) return undefined;
  if (source.host === 'github.com') return 'github';
  return source.host === 'codeberg.org' ? 'forgejo' : undefined;
}

/** Tests and scripts; a script is a gate where the project's own description of a release asks for it. */
function findChecks(view: ProjectView): Pick<PolicyTemplate, 'gates' | 'scripts' | 'drills'> {
  const { checks, drills } = findReleaseScripts(view);
  const asked = checks.filter(({ askedBy }) => askedBy !== undefined);
  const scripts = asked.map(({ name, path, askedBy }): FoundGate => ({ name, command: [`./${path}`], askedBy }));
  return {
    gates: uniqueNames([...findTestGates(view), ...scripts]),
    scripts: checks.filter(({ askedBy }) => askedBy === undefined),
    drills,
  };
}

/** Where the page of the process can be written, if people have written one at the usual place. */
function freePage(paths: readonly string[]): string | undefined {
  const isTaken = (path: string): boolean => paths.some((one) => one.toLowerCase() === path);
  if (!isTaken('docs/release-process.md')) return undefined;
  return ['docs/releasing.md', 'docs/releasing-with-cutwater.md'].find((path) => !isTaken(path));
}

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
