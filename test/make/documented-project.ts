import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitCli } from '../../src/adapters/git-cli/git-cli.ts';
import { gitHistory } from '../../src/adapters/git-cli/history.ts';
import { gitWorkingCopy } from '../../src/adapters/git-cli/working-copy.ts';
import type { LoadedPolicy } from '../../src/engine/facts/load-policy.ts';
import { loadProtectedPolicy } from '../../src/engine/facts/load-policy.ts';
import type { PrepareWorld } from '../../src/engine/world.ts';
import type { WorkingCopy } from '../../src/ports/working-copy.ts';
import type { Scope } from './folder.ts';
import type { TestRepository } from './git-repository.ts';
import { cloneRepository, makeGitRepository } from './git-repository.ts';

/** A project that has released 1.0.0 and has something unreleased: a remote, a clone of it, and its documents. */
export interface DocumentedProject {
  readonly origin: TestRepository;
  readonly clone: TestRepository;
  /** A file of the clone as it is on disk. */
  read(path: string): Promise<string>;
  /** Commits files on the current branch and pushes it. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): Promise<void>;
}

/** The clock of its runs is this day, 2026-02-03, 12:00 UTC. */
export const preparedAt = 1770120000;

export const documents = {
  'CHANGELOG.md': `# Changelog

## [Unreleased]

### Added

- A thing.

## [1.0.0] - 2026-01-01

- First.

[Unreleased]: https://example.org/o/p/compare/v1.0.0...HEAD
[1.0.0]: https://example.org/o/p/releases/tag/v1.0.0
`,
  'docs/upgrading.md': '# Upgrading\n\n## 1.0.0\n\nFirst.\n',
  'Cargo.toml': '[workspace]\nmembers = ["app"]\n\n[workspace.package]\nversion = "1.0.0" # of every crate\n',
  'app/Cargo.toml': '[package]\nname = "app"\nversion.workspace = true\n',
  'Cargo.lock':
    '[[package]]\nname = "app"\nversion = "1.0.0"\n\n[[package]]\nname = "own"\nversion = "1.0.0"\n\n[[package]]\nname = "else"\nversion = "1.0.0"\nsource = "registry"\n',
  'deploy/compose.yaml': 'image: app:1.0.0\nother: app:1.0\n',
} as const;

export async function makeDocumentedProject(scope: Scope): Promise<DocumentedProject> {
  const origin = await makeGitRepository(scope, { bare: true });
  return openDocumentedProject(await cloneRepository(scope, origin), origin, async ({ clone, commit }) => {
    await clone.git('checkout', '-q', '-b', 'main');
    await commit({ 'cutwater.yaml': policy, ...documents });
    await clone.tag('v1.0.0', { target: 'HEAD' });
    await clone.git('push', '-q', 'origin', 'v1.0.0');
    await commit({ 'code.txt': 'new\n' }, 'feat: a thing');
  });
}

/** The same project with a remote and a clone of its own. */
export async function copyDocumentedProject(scope: Scope, project: DocumentedProject): Promise<DocumentedProject> {
  const origin = await cloneRepository(scope, project.origin, '--mirror');
  return openDocumentedProject(await cloneRepository(scope, origin), origin);
}

async function openDocumentedProject(
  clone: TestRepository,
  origin: TestRepository,
  fill: (project: DocumentedProject) => Promise<void> = async () => undefined,
): Promise<DocumentedProject> {
  const project: DocumentedProject = {
    origin,
    clone,
    read: (path) => readFile(join(clone.folder, path), 'utf8'),
    commit: async (files, message = 'change') => {
      await clone.commit(files, message);
      await clone.git('push', '-q', 'origin', 'HEAD');
    },
  };
  await fill(project);
  return project;
}

/** What the engine gets to prepare a release there. `through` may stand between it and the real working copy. */
export async function openPreparation(
  { clone }: DocumentedProject,
  options: { readonly now?: number; readonly through?: (real: WorkingCopy) => WorkingCopy } = {},
): Promise<{ readonly world: PrepareWorld; readonly loaded: LoadedPolicy }> {
  const { folder, environment } = clone;
  const git = gitCli({ folder, environment });
  await git.fetchRemote();
  const real = gitWorkingCopy({ folder, environment });
  const world: PrepareWorld = {
    git,
    history: gitHistory({ folder, environment }),
    workingCopy: options.through?.(real) ?? real,
    tagSource: 'remote',
    now: options.now ?? preparedAt,
    report: () => undefined,
    signal: new AbortController().signal,
  };
  return { world, loaded: await loadProtectedPolicy(git, 'main') };
}

const policy = `project: tiny
source: https://example.org/o/p
signatures: { formats: [ssh] }
trust:
  maintainers:
    - name: Ada
      ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
images:
  - build: { dockerfile: Dockerfile }
versionFiles:
  - Cargo.toml
  - path: deploy/compose.yaml
    pattern: 'app:{version}'
`;
