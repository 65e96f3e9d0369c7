import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../make/folder.ts';
import { listRepositoryFiles } from '../../tools/repository-files.ts';
import { makeFolder } from '../make/folder.ts';
import type { TestRepository } from '../make/git-repository.ts';
import { cloneRepository, makeGitRepository } from '../make/git-repository.ts';
import type { GithubServer } from '../make/github-server.ts';
import { startGithub } from '../make/github-server.ts';
import { makeOpenpgpKey } from '../make/keys.ts';
import type { RunAt } from '../make/program.ts';
import { programFile } from '../make/program.ts';
import { makeCiKey } from '../make/project.ts';
import { run } from '../make/run.ts';
import { scannerEnvironment } from './harbor-with-dockerfile.ts';

/** Cutwater's own repository as it lies here, with maintainers, a CI key, a registry and a forge of this test. */
export interface OwnProject {
  readonly clone: TestRepository;
  readonly github: GithubServer;
  /** Where the embedded registry is. */
  readonly data: string;
  /** The first maintainer at the clone: no CI key. */
  readonly maintainer: RunAt;
  /** A CI runner: a fresh clone of the remote, the CI key, and nobody's signing key. */
  runner(): Promise<RunAt>;
  /** Somebody with a fresh clone and nothing else. */
  outsider(): Promise<RunAt>;
  /** Runs `cutwater ARGS`; its output, of both kinds. Throws where it fails. */
  cutwater(args: readonly string[], at: RunAt): Promise<string>;
  /** Tells the forge of a tag that was pushed to the remote. */
  pushed(tag: string): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The files are those of this working copy, committed or not. Of the policy, what only its owners have is replaced: keys,
 * registry, forge. And one gate: `.ci/run` is what runs this test, so a check of the same repository stands in for it.
 */
export async function makeOwnProject(scope: Scope): Promise<OwnProject> {
  const origin = await makeGitRepository(scope, { bare: true });
  const clone = await cloneRepository(scope, origin);
  const [first, second] = await Promise.all([makeOpenpgpKey(scope, 'first'), makeOpenpgpKey(scope, 'second')]);
  const ci = makeCiKey('ed25519');
  const github = await startGithub(scope, new Map());
  await clone.git('checkout', '-q', '-b', 'main');
  await copyRepository(clone);
  const policy = await readFile(join(root, 'cutwater.yaml'), 'utf8');
  const files = {
    'cutwater.yaml': policyFor(policy, { fingerprints: [first.fingerprint, second.fingerprint], github }),
    '.cutwater/keys/first-maintainer.asc': first.publicKeyArmored,
    '.cutwater/keys/second-maintainer.asc': second.publicKeyArmored,
    '.cutwater/keys/ci.pem': ci.publicPem,
  };
  await clone.commit(files, 'The project as it is, with keys of a test');
  await clone.git('push', '-q', 'origin', 'HEAD');
  await clone.git('config', 'user.signingKey', first.fingerprint);
  const data = await makeFolder(scope);
  const scanner = await scannerEnvironment(scope);
  const programs = [await makeNpm(scope), scanner.PATH, dirname(process.execPath)];
  const env = {
    ...clone.environment,
    ...github.environment,
    ...scanner,
    PATH: [...programs, clone.environment['PATH']].join(delimiter),
    CUTWATER_DATA: data,
  };
  const fresh = async (): Promise<string> => (await cloneRepository(scope, origin)).folder;
  return {
    clone,
    github,
    data,
    maintainer: { folder: clone.folder, env: { ...env, GNUPGHOME: first.home } },
    runner: async () => ({ folder: await fresh(), env: { ...env, CI: 'true', CUTWATER_CI_KEY: ci.privatePem } }),
    outsider: async () => ({ folder: await fresh(), env: { ...clone.environment, CUTWATER_DATA: data } }),
    cutwater: (args, { folder, env: own }) =>
      run({
        command: process.execPath,
        args: [programFile, '--plain', ...args],
        cwd: folder,
        env: own,
        timeoutSeconds: 1200,
      }),
    pushed: async (tag) => {
      github.tags.set(tag, await origin.git('rev-parse', `refs/tags/${tag}`));
    },
  };
}

/** What git holds or would hold. */
async function copyRepository(clone: TestRepository): Promise<void> {
  for (const path of await listRepositoryFiles(root)) {
    await mkdir(dirname(join(clone.folder, path)), { recursive: true });
    // A file that was removed and not yet committed is still listed.
    await copyFile(join(root, path), join(clone.folder, path)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
  }
}

/** Every replacement must find its place, so that a changed policy is noticed here. */
function policyFor(
  text: string,
  { fingerprints, github }: { readonly fingerprints: readonly string[]; readonly github: GithubServer },
): string {
  const forge = `forge: { kind: github, address: "${github.address}", repository: ${github.repository} }`;
  const replacements: readonly (readonly [RegExp, string])[] = [
    ...fingerprints.map((fingerprint, at): readonly [RegExp, string] => [
      new RegExp(`'(?:EEEE +){9}000${at + 1}'`),
      fingerprint,
    ]),
    [/ghcr\.io\/example\/cutwater/, 'embedded/cutwater'],
    [/^forge: github$/m, forge],
    [/\[\.\/\.ci\/run\]/, '[node, tools/check-sizes.ts]'],
  ];
  return replacements.reduce((changed, [pattern, by]) => {
    assert.match(changed, pattern);
    return changed.replace(pattern, () => by);
  }, text);
}

/** A build gets an empty environment, so npm has to know by itself what it knows on this machine. */
async function makeNpm(scope: Scope): Promise<string> {
  const folder = await makeFolder(scope);
  const npm = (await run({ command: 'which', args: ['npm'], env: environmentOfTheTest })).trim();
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const settings = Object.entries(environmentOfTheTest)
    .filter(([name]) => /^(?:HOME|NODE_EXTRA_CA_CERTS|(?:npm_config|https?_proxy|no_proxy).*)$/i.test(name))
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  await writeFile(join(folder, 'npm'), `#!/bin/sh\n${settings.join('')}exec ${quoted(npm)} "$@"\n`, { mode: 0o755 });
  return folder;
}

const environmentOfTheTest: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
);
