import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { succeed } from './peers.ts';

const sources = { buildx: 'github.com/docker/buildx', buildkitd: 'github.com/moby/buildkit' } as const;
const versions = { buildx: 'v0.34.2', buildkitd: 'v0.34.2' } as const;
const commands = { buildx: 'cmd/buildx', buildkitd: 'cmd/buildkitd' } as const;

export type BuildkitPeer =
  | { readonly is: 'present'; readonly buildx: string; readonly buildkitd: string }
  | { readonly is: 'missing'; readonly why: string };

/** buildx and BuildKit as built before, or built now from their Go modules where CUTWATER_TEST_BUILD=1 asks for that. */
export async function obtainBuildkit(cache: string): Promise<BuildkitPeer> {
  if ((await runTool({ command: 'sh', args: ['-c', 'command -v runc'] })).exitCode !== 0)
    return { is: 'missing', why: 'it needs runc, which is not installed' };
  if (process.getuid?.() !== 0) return { is: 'missing', why: 'it needs root' };
  const paths = { buildx: '', buildkitd: '' };
  for (const name of ['buildx', 'buildkitd'] as const) {
    const path = join(cache, 'buildkit', `${name}-${versions[name]}`);
    paths[name] = path;
    if (await isExecutable(path)) continue;
    if (process.env['CUTWATER_TEST_BUILD'] !== '1')
      return { is: 'missing', why: `${name} is not built; CUTWATER_TEST_BUILD=1 builds it, which takes minutes` };
    try {
      await buildFromSource(name, path, join(cache, 'buildkit'));
    } catch (error) {
      return { is: 'missing', why: error instanceof Error ? error.message : String(error) };
    }
  }
  return { is: 'present', ...paths };
}

/** A module of our own that needs theirs: their own go.mod replaces modules, which "go install" refuses. */
async function buildFromSource(name: keyof typeof sources, path: string, cache: string): Promise<void> {
  const folder = join(cache, `source-${name}`);
  const target = `${sources[name]}/${commands[name]}`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), 'module peers\n\ngo 1.26\n');
  await writeFile(join(folder, 'tools.go'), `//go:build tools\n\npackage peers\n\nimport _ "${target}"\n`);
  const own = Object.entries(process.env).filter(([key]) => /^(?:HOME|GO\w*|https?_proxy|no_proxy)$/i.test(key));
  const env = { ...emptyEnvironment(), ...Object.fromEntries(own.map(([key, value]) => [key, value ?? ''])) };
  const go = (...args: readonly string[]): Promise<string> =>
    succeed(runTool({ command: 'go', args, cwd: folder, env, timeoutSeconds: 900 }));
  await go('get', `${target}@${versions[name]}`);
  await go('build', '-o', path, target);
}

export interface RunningBuildkit {
  /** What a user's environment says to reach it: BUILDX_BUILDER, and a home with its configuration. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts BuildKit on a socket of its own and makes it the remote builder of a buildx that stands on the path. */
export async function startBuildkit(peer: Extract<BuildkitPeer, { is: 'present' }>): Promise<RunningBuildkit> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-buildkit-'));
  const socket = `unix://${join(folder, 'socket')}`;
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'buildx'), `#!/bin/sh\nexec ${peer.buildx} "$@"\n`, { mode: 0o755 });
  const options = ['--oci-worker-snapshotter=native', '--containerd-worker=false', `--root=${join(folder, 'root')}`];
  const child = spawn(peer.buildkitd, [`--addr=${socket}`, ...options], {
    stdio: 'ignore',
    env: { ...emptyEnvironment(), HOME: folder },
  });
  const environment = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: folder, BUILDX_BUILDER: 'remote' };
  const env = { ...emptyEnvironment(), ...environment };
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  for (let attempt = 0; ; attempt += 1) {
    if (await isSocket(join(folder, 'socket'))) break;
    if (child.exitCode !== null || attempt === 400) {
      await close();
      throw new Error('BuildKit does not answer');
    }
    await delay(25);
  }
  const create = ['create', '--name', 'remote', '--driver', 'remote', socket];
  await succeed(runTool({ command: peer.buildx, args: create, env }));
  return { environment, close };
}

function isSocket(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
