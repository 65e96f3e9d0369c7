import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';
import type { TestRepository } from './git-repository.ts';
import { cloneRepository, makeGitRepository } from './git-repository.ts';
import type { SshKey } from './keys.ts';
import { makeSshKey } from './keys.ts';
import { run } from './run.ts';

export interface TestProject {
  readonly origin: TestRepository;
  /** The maintainer's clone. */
  readonly clone: TestRepository;
  readonly key: SshKey;
  readonly ciKeyPem: string;
  readonly ciPublicPem: string;
  /** Where the embedded registry and the local releases are. */
  readonly data: string;
  /** Commits files on the current branch and pushes it. */
  commit(files: Readonly<Record<string, string>>): Promise<void>;
  /** Signs and pushes a release tag of HEAD. */
  tag(version: string): Promise<void>;
}

export interface ProjectOptions {
  /** Commands of build.assemble.prepare, as YAML. */
  readonly prepare?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** P-256 signatures differ each time, Ed25519 ones do not. */
  readonly ciKey?: 'ed25519' | 'p256';
  /** `host/name`; default: the embedded registry. */
  readonly image?: string;
}

/** A project with everything a release needs: origin, clone, keys, policy. Its image is one text file on scratch. */
export async function makeProject(scope: Scope, options: ProjectOptions = {}): Promise<TestProject> {
  const origin = await makeGitRepository(scope, { bare: true });
  const clone = await cloneRepository(scope, origin);
  const key = await makeSshKey(scope);
  const ci = makeCiKey(options.ciKey ?? 'ed25519');
  const data = await makeFolder(scope);
  await clone.git('checkout', '-q', '-b', 'main');
  const project = withActs({ origin, clone, key, ciKeyPem: ci.privatePem, ciPublicPem: ci.publicPem, data });
  await project.commit({
    'cutwater.yaml': policyText(key, options),
    '.cutwater/keys/ci.pub': ci.publicPem,
    'CHANGELOG.md': changelog,
    'app.txt': 'one\n',
    ...options.files,
  });
  return project;
}

/** The project as it is now, with an origin, a clone and data of its own: what happens there changes nothing here. */
export async function copyProject(scope: Scope, project: TestProject): Promise<TestProject> {
  const origin = await cloneRepository(scope, project.origin, '--mirror');
  const clone = await cloneRepository(scope, origin);
  return withActs({ ...project, origin, clone, data: await copyData(scope, project) });
}

function withActs(parts: Omit<TestProject, 'commit' | 'tag'>): TestProject {
  const { clone, key } = parts;
  return {
    ...parts,
    commit: async (files) => {
      await clone.commit(files);
      await clone.git('push', '-q', 'origin', 'HEAD');
    },
    tag: async (version) => {
      await clone.tag(`v${version}`, { by: key, message: `Release v${version}` });
      await clone.git('push', '-q', 'origin', `refs/tags/v${version}`);
    },
  };
}

/** A copy of the data folder as it is now. */
export async function copyData(scope: Scope, project: TestProject): Promise<string> {
  const folder = await makeFolder(scope);
  await mkdir(folder, { recursive: true });
  await cp(project.data, folder, { recursive: true });
  return folder;
}

/** A fresh checkout, as a new CI runner has it. */
export function freshClone(scope: Scope, project: TestProject): Promise<TestRepository> {
  return cloneRepository(scope, project.origin);
}

/** What `cutwater ARGS` needs of the environment to act as CI for this project. */
export function ciEnvironment(project: TestProject, data: string = project.data): Readonly<Record<string, string>> {
  // Compiling the sources anew in each of hundreds of processes would take most of the time.
  const NODE_COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/test-compile');
  return {
    ...project.clone.environment,
    NODE_COMPILE_CACHE,
    CUTWATER_CI_KEY: project.ciKeyPem,
    CUTWATER_DATA: data,
    CI: 'true',
  };
}

const program = join(import.meta.dirname, '../../src/main.ts');

/** Runs the program; its output. Throws where it fails. */
export function cutwater(
  args: readonly string[],
  at: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  const call = { command: process.execPath, args: [program, '--plain', ...args], cwd: at.folder, env: at.env };
  // A rehearsal is some twenty runs, and the machine may be busy with other tests.
  return run({ ...call, timeoutSeconds: 600 });
}

function policyText(key: SshKey, options: ProjectOptions): string {
  return `project: tiny
signatures:
  formats: [ssh]
trust:
  maintainers:
    - name: Ada
      ssh: ${key.publicKey}
  ci:
    - name: ci
      keyFile: .cutwater/keys/ci.pub
images:
  - repository: ${options.image ?? 'embedded/tiny'}
    platforms: [linux/amd64, linux/arm64]
    build:
      assemble:
        prepare: ${options.prepare ?? '[]'}
        files:
          - from: app.txt
            to: /app.txt
        entrypoint: [/app.txt]
upgrading: false
`;
}

const versions = ['2.0.0', '1.1.1', '1.1.0', '1.0.1', '1.0.0'];
const changelog = [
  '# Changelog',
  '## [Unreleased]',
  ...versions.map((version) => `## [${version}] - 2026-01-01\n\n- Something.`),
  '',
].join('\n\n');

export function makeCiKey(kind: 'ed25519' | 'p256'): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
