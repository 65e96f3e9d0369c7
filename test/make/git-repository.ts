import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import type { ObjectId } from '../../src/domain/object-id.ts';
import { objectId } from '../../src/domain/object-id.ts';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';
import type { OpenpgpKey, SshKey } from './keys.ts';
import { run, runForBytes } from './run.ts';

export interface TagOptions {
  /** Anything git understands; default HEAD. */
  readonly target?: string;
  /** Default: an annotated tag. */
  readonly kind?: 'annotated' | 'lightweight';
  /** Signs the tag; it is annotated then. */
  readonly by?: OpenpgpKey | SshKey;
  readonly message?: string;
  /** Unix seconds of the tagger; default: the fixed clock of the repository. */
  readonly taggedAt?: number;
}

/** A real git repository in a temporary folder that sees nobody's configuration. */
export interface TestRepository {
  readonly folder: string;
  /** What git gets here: HOME is empty, the committer is Ada, the clock is fixed. Also for code under test. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs git; its output as text. Throws where git fails. */
  git(...args: readonly string[]): Promise<string>;
  /** Writes files (null removes one) and commits everything. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): Promise<ObjectId>;
  /** Makes or moves a tag; the id of what the ref points at. */
  tag(name: string, options?: TagOptions): Promise<ObjectId>;
  /** Stores an object exactly as given, however broken it is. */
  writeObject(type: 'tag' | 'commit' | 'tree' | 'blob', bytes: Uint8Array | string): Promise<ObjectId>;
  /** Points `refs/tags/<name>` at an object, whatever the name and the object are. */
  pointTag(name: string, object: ObjectId): Promise<void>;
  /** The bytes of an object. */
  readObject(object: string): Promise<Uint8Array>;
}

export interface RepositoryOptions {
  readonly objectFormat?: 'sha1' | 'sha256';
  /** A bare repository has no files; use it as a remote. */
  readonly bare?: boolean;
}

/** An empty repository on branch `main`. */
export async function makeGitRepository(scope: Scope, options: RepositoryOptions = {}): Promise<TestRepository> {
  const root = await makeFolder(scope);
  const folder = join(root, 'repo');
  const environment = await makeEnvironment(root);
  const bare = options.bare === true ? ['--bare'] : [];
  const format = `--object-format=${options.objectFormat ?? 'sha1'}`;
  await run({ command: 'git', args: ['init', '-q', '-b', 'main', format, ...bare, '--', folder], env: environment });
  return openRepository(folder, environment);
}

/** A clone, with `origin` set to where it came from. */
export async function cloneRepository(
  scope: Scope,
  from: TestRepository,
  ...args: readonly string[]
): Promise<TestRepository> {
  const root = await makeFolder(scope);
  const folder = join(root, 'repo');
  const environment = await makeEnvironment(root);
  await run({
    command: 'git',
    args: ['clone', '-q', ...args, '--', `file://${from.folder}`, folder],
    env: environment,
  });
  return openRepository(folder, environment);
}

function openRepository(folder: string, environment: Readonly<Record<string, string>>): TestRepository {
  const call = (args: readonly string[], extra: { env?: Record<string, string>; input?: Uint8Array | string } = {}) =>
    run({ command: 'git', args, cwd: folder, env: { ...environment, ...extra.env }, input: extra.input ?? '' });
  const git: TestRepository['git'] = (...args) => call(args);
  return {
    folder,
    environment,
    git,
    async commit(files, message = 'change') {
      for (const [path, content] of Object.entries(files)) await writeOrRemove(join(folder, path), content);
      await git('add', '--all');
      await git('commit', '-q', '--allow-empty', '--no-gpg-sign', '-m', message);
      return objectId(await git('rev-parse', 'HEAD'));
    },
    async tag(name, options = {}) {
      const date = options.taggedAt === undefined ? {} : { GIT_COMMITTER_DATE: `${options.taggedAt} +0000` };
      const signer = signerArguments(options.by);
      const args = [...signer.config, 'tag', '-f', ...kindArguments(options), '--', name, options.target ?? 'HEAD'];
      await call(args, { env: { ...date, ...signer.environment } });
      return objectId(await git('rev-parse', '--verify', '--end-of-options', `refs/tags/${name}`));
    },
    async writeObject(type, bytes) {
      return objectId(await call(['hash-object', '-w', '--literally', '-t', type, '--stdin'], { input: bytes }));
    },
    async pointTag(name, object) {
      // Written as a file, because git update-ref refuses names and objects that a hostile remote can well bring.
      const path = join(await git('rev-parse', '--absolute-git-dir'), 'refs/tags', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${object}\n`);
    },
    async readObject(object) {
      const args = ['cat-file', await git('cat-file', '-t', object), object];
      return runForBytes({ command: 'git', args, cwd: folder, env: environment });
    },
  };
}

async function makeEnvironment(root: string): Promise<Readonly<Record<string, string>>> {
  const home = join(root, 'home');
  await mkdir(home, { recursive: true });
  return {
    ...emptyEnvironment(),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_AUTHOR_DATE: '1767225600 +0000',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
    GIT_COMMITTER_DATE: '1767225600 +0000',
  };
}

async function writeOrRemove(path: string, content: string | null): Promise<void> {
  if (content === null) return rm(path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function kindArguments(options: TagOptions): readonly string[] {
  const message = ['-m', options.message ?? 'release'];
  if (options.by !== undefined) return ['-s', ...message];
  return options.kind === 'lightweight' ? ['--no-sign'] : ['-a', '--no-sign', ...message];
}

/** The git configuration with which `git tag -s` signs by this key. */
export function signerArguments(key: OpenpgpKey | SshKey | undefined): {
  readonly config: readonly string[];
  readonly environment: Record<string, string>;
} {
  if (key === undefined) return { config: [], environment: {} };
  if (key.kind === 'ssh')
    return { config: ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key.privateKeyFile}`], environment: {} };
  const config = ['-c', 'gpg.format=openpgp', '-c', `user.signingKey=${key.fingerprint}`];
  return { config, environment: { GNUPGHOME: key.home } };
}
