import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ToolResult } from '../../src/adapters/process/run-tool.ts';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';

/** Programs of other people that these tests run against. */
export const peerNames = ['docker-registry', 'skopeo', 'cosign', 'oras', 'buildah', 'busybox', 'rpm'] as const;
export type PeerName = (typeof peerNames)[number];

export type Peer = { readonly is: 'present'; readonly path: string } | { readonly is: 'missing'; readonly why: string };

/** Name of the variable by which the runner tells the tests where each peer is. */
export const peersVariable = 'CUTWATER_TEST_PEERS';

/** A test that needs peers. Without them it prints why it was not run and is counted as skipped, never as passed. */
export function realTest(
  claim: string,
  needs: readonly PeerName[],
  body: (context: TestContext) => Promise<void>,
): void {
  const missing = needs.flatMap((name) => {
    const peer = findPeer(name);
    return peer.is === 'missing' ? [`${name}: ${peer.why}`] : [];
  });
  if (missing.length === 0) void test(claim, { timeout: 300_000 }, body);
  else notRun(claim, missing.join('; '));
}

/** Prints why a test cannot run here. */
export function notRun(claim: string, why: string): void {
  console.log(`not run: ${claim} (${why})`);
  void test(claim, { skip: why });
}

export function findPeer(name: PeerName): Peer {
  const told: unknown = JSON.parse(process.env[peersVariable] ?? '{}');
  const path: unknown = typeof told === 'object' && told !== null ? Reflect.get(told, name) : undefined;
  if (typeof path !== 'string') return { is: 'missing', why: `start these tests with 'npm run test:real'` };
  return path.startsWith('/') ? { is: 'present', path } : { is: 'missing', why: path };
}

export function skopeo(args: readonly string[]): Promise<ToolResult> {
  return runPeer('skopeo', args);
}

/** Runs cosign without any way to the outside of its own: no key server, no transparency log unless the caller says so. */
export function cosign(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ToolResult> {
  return runPeer('cosign', args, environment);
}

export function oras(args: readonly string[]): Promise<ToolResult> {
  return runPeer('oras', args);
}

/** Fails with what the program said where it does not end with 0. */
export async function succeed(running: Promise<ToolResult>): Promise<string> {
  const { exitCode, stdout, stderr } = await running;
  const said = Buffer.from(stdout).toString('utf8');
  if (exitCode !== 0) throw new Error(`Exit code ${exitCode}: ${stderr}\n${said}`);
  return said;
}

export interface RunningRegistry {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  close(): Promise<void>;
}

/** Starts docker-registry on loopback, on a free port, over a temporary folder. It has no referrers API. */
export async function startDockerRegistry(): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-docker-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const config = join(folder, 'config.yml');
  await writeFile(
    config,
    [
      'version: 0.1',
      'log: { level: error, accesslog: { disabled: true } }',
      `storage: { filesystem: { rootdirectory: ${JSON.stringify(join(folder, 'data'))} }, delete: { enabled: true } }`,
      `http: { addr: ${JSON.stringify(host)} }`,
      '',
    ].join('\n'),
  );
  const child = spawn(pathOf('docker-registry'), ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: emptyEnvironment(),
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; !(await answers(`http://${host}/v2/`)); attempt++) {
    if (child.exitCode !== null || attempt === 200) {
      await close();
      throw new Error(`docker-registry does not answer: ${Buffer.concat(said).toString('utf8')}`);
    }
    await delay(25);
  }
  return { port, host, close };
}

async function runPeer(
  name: PeerName,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ToolResult> {
  const home = await mkdtemp(join(tmpdir(), `cutwater-${name}-`));
  try {
    return await runTool({
      command: pathOf(name),
      args,
      env: { ...emptyEnvironment(), HOME: home, ...environment },
      timeoutSeconds: 60,
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

export function pathOf(name: PeerName): string {
  const peer = findPeer(name);
  if (peer.is === 'missing') throw new Error(`${name} is not there: ${peer.why}`);
  return peer.path;
}

/** The port is free when this returns; another process may still take it, and then docker-registry says so. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  get(url, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  }).on('error', () => resolve(false));
  return promise;
}
