import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { obtainGoProgram } from './go-peer.ts';
import { succeed } from './peers.ts';

const programs = {
  buildx: { name: 'buildx', target: 'github.com/docker/buildx/cmd/buildx', version: 'v0.34.2' },
  buildkitd: { name: 'buildkitd', target: 'github.com/moby/buildkit/cmd/buildkitd', version: 'v0.34.2' },
} as const;

export type BuildkitPeer =
  | { readonly is: 'present'; readonly buildx: string; readonly buildkitd: string }
  | { readonly is: 'missing'; readonly why: string };

/** buildx and BuildKit, which need no Docker engine, but root and runc. */
export async function obtainBuildkit(cache: string): Promise<BuildkitPeer> {
  if ((await runTool({ command: 'sh', args: ['-c', 'command -v runc'] })).exitCode !== 0)
    return { is: 'missing', why: 'it needs runc, which is not installed' };
  if (process.getuid?.() !== 0) return { is: 'missing', why: 'it needs root' };
  const buildx = await obtainGoProgram(programs.buildx, cache);
  if (buildx.is === 'missing') return { is: 'missing', why: `buildx: ${buildx.why}` };
  const buildkitd = await obtainGoProgram(programs.buildkitd, cache);
  if (buildkitd.is === 'missing') return { is: 'missing', why: `buildkitd: ${buildkitd.why}` };
  return { is: 'present', buildx: buildx.path, buildkitd: buildkitd.path };
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
