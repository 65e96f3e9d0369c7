import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import type { Peer, RunningRegistry } from './peers.ts';

interface Source {
  readonly module: string;
  readonly version: string;
}

/** Newest first: proxies that serve no newer module may have the one of the repository's own name, of December 2022. */
const sources: readonly Source[] = [
  { module: 'zotregistry.dev/zot/v2', version: 'v2.1.8' },
  { module: 'github.com/project-zot/zot', version: 'v1.4.3' },
];

/**
 * The registry zot without its extensions: one on the path, the one that was built before, or one built now from its Go
 * module where CUTWATER_TEST_BUILD=1 asks for that, since it takes many minutes. Not every proxy serves every module.
 */
export async function obtainZot(cache: string): Promise<Peer> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const built = sources.map((source) => builtFile(cache, source));
  for (const path of [...folders.map((folder) => join(folder, 'zot')), ...built])
    if (await isExecutable(path)) return { is: 'present', path };
  if (process.env['CUTWATER_TEST_BUILD'] !== '1')
    return { is: 'missing', why: 'not built; CUTWATER_TEST_BUILD=1 builds it, which takes many minutes' };
  const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, 'go'))));
  if (!found.some(Boolean)) return { is: 'missing', why: 'building it needs Go, which is not installed' };
  await mkdir(join(cache, 'zot'), { recursive: true });
  const reasons: string[] = [];
  for (const source of sources)
    try {
      const path = builtFile(cache, source);
      await go(['build', '-C', await download(source), ...buildFlags, '-o', path, './cmd/zot']);
      return { is: 'present', path };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  return { is: 'missing', why: reasons.join('; ') };
}

/** The tag takes OpenPGP from Go in place of the C library of GnuPG. */
const buildFlags = ['-trimpath', '-buildvcs=false', '-tags', 'containers_image_openpgp'];

function builtFile(cache: string, { version }: Source): string {
  return join(cache, 'zot', `zot-${version}`);
}

/** Whether it follows a distribution specification of before 1.1.0, by what it says of itself. */
export async function isBeforeOci11(path: string): Promise<boolean> {
  const { stdout, stderr } = await runTool({ command: path, args: ['--version'], env: emptyEnvironment() });
  const said = Buffer.from(stdout).toString('utf8') + stderr;
  const version = /"distribution-spec":"(\d+\.\d+)/.exec(said)?.[1];
  if (version === undefined) throw new Error(`zot does not name its distribution specification: ${said}`);
  return version === '1.0';
}

/** Starts zot on loopback, on a free port, over a temporary folder. */
export async function startZot(path: string): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-zot-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const config = {
    distSpecVersion: '1.1.1',
    storage: { rootDirectory: join(folder, 'data'), gc: false },
    http: { address: '127.0.0.1', port: String(port) },
    log: { level: 'error' },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const child = spawn(path, ['serve', join(folder, 'config.json')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...emptyEnvironment(), HOME: folder },
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; !(await answers(`http://${host}/v2/`)); attempt += 1) {
    if (child.exitCode !== null || attempt === 400) {
      await close();
      throw new Error(`zot does not answer: ${Buffer.concat(said).toString('utf8')}`);
    }
    await delay(25);
  }
  return { port, host, close };
}

/** The folder of the module's sources, checked against the checksum database by Go itself. */
async function download({ module, version }: Source): Promise<string> {
  const answer: unknown = JSON.parse(await go(['mod', 'download', '-json', `${module}@${version}`]));
  const folder: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'Dir') : undefined;
  if (typeof folder !== 'string') throw new Error('Go downloaded no module');
  return folder;
}

async function go(args: readonly string[]): Promise<string> {
  const passed = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && /^(?:GO[A-Z]+|HOME|(?:https?|no)_proxy)$/i.test(name) ? [[name, value] as const] : [],
  );
  const env = { ...emptyEnvironment(), ...Object.fromEntries(passed) };
  const { exitCode, stdout, stderr, timedOut } = await runTool({ command: 'go', args, env, timeoutSeconds: 1800 });
  const said = Buffer.from(stdout).toString('utf8');
  if (exitCode === 0) return said;
  const reason = /"Error": "([^"]*)"/.exec(said)?.[1] ?? stderr.trim().split('\n').at(-1) ?? '';
  throw new Error(`go ${args[0] ?? ''} failed${timedOut ? ' (time limit)' : ''}: ${reason}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 200;
  } catch {
    return false;
  }
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
