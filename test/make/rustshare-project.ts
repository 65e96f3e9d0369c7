import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';
import type { TestRepository } from './git-repository.ts';
import { cloneRepository, makeGitRepository } from './git-repository.ts';
import type { OpenpgpKey } from './keys.ts';
import { makeOpenpgpKey } from './keys.ts';
import type { RunAt } from './program.ts';
import { succeed } from './program.ts';
import { makeCiKey } from './project.ts';
import { pushImage } from './push-image.ts';
import { run } from './run.ts';
import { makeTrivyStandIn } from './trivy-stand-in.ts';
import {
  assembleScript,
  cargoStandIn,
  changelogWithDefects,
  earlierVersions,
  sourcesAt,
  upgradingNotes,
} from './rustshare-files.ts';

/** A repository shaped like RustShare, with what surrounds it: a remote, two maintainers with OpenPGP keys, a registry. */
export interface RustshareProject {
  readonly origin: TestRepository;
  /** The clone of senolcolak, whose git signs with his key. */
  readonly clone: TestRepository;
  readonly keys: { readonly senolcolak: OpenpgpKey; readonly zoorpha: OpenpgpKey };
  readonly ciKeyPem: string;
  /** Where the embedded registry (repository `rustshare-backend`) and the local releases are. */
  readonly data: string;
  /** Folders of the programs that come first in PATH. */
  readonly programs: readonly string[];
  /** The maintainer at the clone: no CI key. */
  readonly maintainer: RunAt;
  /** Runs git as the maintainer at the clone, so that `git tag -s` signs. */
  git(...args: readonly string[]): Promise<string>;
  /** A CI runner: a fresh clone of the remote, the CI key, and nobody's signing key. */
  runner(): Promise<RunAt>;
  /** Writes files (null removes one), commits everything on the current branch and pushes it. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): Promise<void>;
}

/**
 * The project at the moment it adopts Cutwater. v0.3.0 and v0.3.1 are signed and were published by hand: 0.3.0, 0.3.1, 0.3,
 * 0 and latest are in the registry. Then the policy was committed; it is examples/rustshare/cutwater.yaml with keys that
 * exist, the embedded registry, and an image that is assembled, because a container builder is not everywhere. The
 * version files say 0.4.0 already if `next` says so.
 */
export async function makeRustshareProject(
  scope: Scope,
  options: { readonly next?: string } = {},
): Promise<RustshareProject> {
  const origin = await makeGitRepository(scope, { bare: true });
  const clone = await cloneRepository(scope, origin);
  const [senolcolak, zoorpha] = await Promise.all([
    makeOpenpgpKey(scope, 'senolcolak'),
    makeOpenpgpKey(scope, 'zoorpha'),
  ]);
  const data = await makeFolder(scope);
  const ci = makeCiKey('ed25519');
  const programs = await makePrograms(scope);
  await clone.git('checkout', '-q', '-b', 'main');
  const keys = { senolcolak, zoorpha };
  const project = await assemble(scope, { origin, clone, data, keys, ciKeyPem: ci.privatePem, programs });
  await makeEarlierReleases({ clone, data, key: senolcolak });
  await fillBuildFolder(clone.folder);
  await project.commit(
    {
      ...(options.next === undefined ? {} : sourcesAt(options.next)),
      'cutwater.yaml': await policyText([senolcolak, zoorpha]),
      '.cutwater/keys/senolcolak.asc': senolcolak.publicKeyArmored,
      '.cutwater/keys/zoorpha.asc': zoorpha.publicKeyArmored,
      '.cutwater/keys/ci.pem': ci.publicPem,
      'frontend/src/expiry.js': 'export const hasExpired = (link, now) => now >= link.expiresAt;\n',
    },
    'Add an end date to links, and Cutwater',
  );
  return project;
}

/** The project as it is now, with a remote, a clone and data of its own: what happens there changes nothing here. */
export async function copyRustshareProject(scope: Scope, project: RustshareProject): Promise<RustshareProject> {
  const origin = await cloneRepository(scope, project.origin, '--mirror');
  const clone = await cloneRepository(scope, origin);
  const data = await makeFolder(scope);
  await cp(project.data, data, { recursive: true });
  return assemble(scope, { ...project, origin, clone, data });
}

type Parts = Pick<RustshareProject, 'origin' | 'clone' | 'data' | 'keys' | 'ciKeyPem' | 'programs'>;

async function assemble(scope: Scope, parts: Parts): Promise<RustshareProject> {
  const { origin, clone, data, keys, ciKeyPem, programs } = parts;
  const env = {
    ...clone.environment,
    PATH: [...programs, clone.environment['PATH']].join(delimiter),
    // Compiling the sources anew in each process would take most of the time.
    NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/test-compile'),
    CUTWATER_DATA: data,
  };
  await clone.git('config', 'user.signingKey', keys.senolcolak.fingerprint);
  const maintainer = { folder: clone.folder, env: { ...env, GNUPGHOME: keys.senolcolak.home } };
  return {
    ...parts,
    maintainer,
    git: (...args) => run({ command: 'git', args, cwd: maintainer.folder, env: maintainer.env }),
    runner: async () => {
      const { folder } = await cloneRepository(scope, origin);
      return { folder, env: { ...env, CI: 'true', CUTWATER_CI_KEY: ciKeyPem } };
    },
    commit: async (files, message = 'change') => {
      await clone.commit(files, message);
      await clone.git('push', '-q', 'origin', 'HEAD');
    },
  };
}

/** Has a maintainer vouch for what was published by hand, so that its aliases may move. */
export async function adopt(project: RustshareProject): Promise<void> {
  await succeed(['import', '--yes', '--push'], project.maintainer);
}

/** Programs that stand in for those that are not everywhere, and "cutwater" itself. */
async function makePrograms(scope: Scope): Promise<readonly string[]> {
  const programs = await makeFolder(scope);
  await writeFile(join(programs, 'package.json'), '{ "type": "module" }\n');
  await writeFile(join(programs, 'cargo'), cargoStandIn, { mode: 0o755 });
  await writeFile(join(programs, 'cutwater'), `#!/bin/sh\nexec "${process.execPath}" "${main}" --plain "$@"\n`, {
    mode: 0o755,
  });
  return [programs, (await makeTrivyStandIn(scope)).folder];
}

const main = join(import.meta.dirname, '../../src/main.ts');

interface Past {
  readonly clone: TestRepository;
  readonly data: string;
  readonly key: OpenpgpKey;
}

/** What was released with git and docker alone. */
async function makeEarlierReleases({ clone, data, key }: Past): Promise<void> {
  const documents = { 'CHANGELOG.md': changelogWithDefects, 'docs/upgrading.md': upgradingNotes };
  await writeFiles(clone.folder, { ...sourcesAt(earlierVersions[0]), ...documents });
  for (const script of ['final-launch-smoke.sh', 'run-restore-drill.sh'])
    await chmod(join(clone.folder, 'scripts', script), 0o755);
  for (const version of earlierVersions) {
    await clone.commit(sourcesAt(version), `docs: prepare release v${version}`);
    await clone.tag(`v${version}`, { by: key, message: `Release v${version}` });
    const tags = version === earlierVersions.at(-1) ? [version, '0.3', '0', 'latest'] : [version];
    const image = { repository: 'rustshare-backend', text: `backend ${version}`, tags };
    await pushImage(join(data, 'registry'), image);
  }
  await clone.git('push', '-q', 'origin', 'HEAD', '--tags');
}

/** The build without a container builder: the toolchain of the harbor example makes a static program per platform. */
async function fillBuildFolder(folder: string): Promise<void> {
  const harbor = join(import.meta.dirname, '../../examples/harbor');
  const target = join(folder, 'docker/assemble');
  await cp(join(harbor, 'toolchain'), join(target, 'toolchain'), { recursive: true });
  const program = await readFile(join(harbor, 'src/harbor.mjs'), 'utf8');
  const renamed = program.replaceAll('export function harbor(', 'export function backend(');
  await writeFiles(target, {
    'backend.mjs': renamed.replaceAll('`harbor ${version}', '`rustshare-backend ${version}'),
    'build.mjs': assembleScript,
  });
}

/** The example's policy; every replacement must find its place, so that a changed example is noticed here. */
async function policyText(keys: readonly OpenpgpKey[]): Promise<string> {
  const example = await readFile(join(import.meta.dirname, '../../examples/rustshare/cutwater.yaml'), 'utf8');
  const replacements: readonly (readonly [RegExp, string])[] = [
    ...keys.map(({ fingerprint }, index): readonly [RegExp, string] => [
      new RegExp(`'(?:EEEE +){9}000${index + 1}'`),
      fingerprint,
    ]),
    [/ghcr\.io\/kubedoio\/rustshare-backend/, 'embedded/rustshare-backend'],
    [/ {6}dockerfile: docker\/backend\.Dockerfile\n {6}context: \..*\n/, assembleBuild],
    [/^# Releases of the repository .*\nforge: github$/m, 'forge: local'],
    // Nothing outside this machine is told.
    [/ {2}- name: discussions\n[^]*?(?= {2}- name: news)/, ''],
  ];
  return replacements.reduce((text, [pattern, by]) => {
    assert.match(text, pattern);
    return text.replace(pattern, () => by);
  }, example);
}

const assembleBuild = `      assemble:
        prepare:
          - [node, docker/assemble/build.mjs]
        files:
          - from: target/{arch}/rustshare-backend
            to: /usr/local/bin/rustshare-backend
            mode: '0755'
        entrypoint: [/usr/local/bin/rustshare-backend]
        user: '65532:65532'
        ports: [8080/tcp]
`;

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
