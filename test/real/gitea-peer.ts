import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { go } from './go-peer.ts';
import type { Peer } from './peers.ts';
import { succeed } from './peers.ts';

const moduleName = 'code.gitea.io/gitea';
const moduleVersion = 'v1.26.0';

/** A Gitea that was built before, or one built now from its Go module where CUTWATER_TEST_BUILD=1 asks for that. */
export async function obtainGitea(cache: string): Promise<Peer> {
  const path = join(cache, 'gitea', `gitea-${moduleVersion}`);
  try {
    await access(path, constants.X_OK);
    return { is: 'present', path };
  } catch {
    if (process.env['CUTWATER_TEST_BUILD'] !== '1')
      return { is: 'missing', why: 'not built; CUTWATER_TEST_BUILD=1 builds it, which takes many minutes' };
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    const tags = 'sqlite sqlite_unlock_notify';
    await go(['build', '-C', await moduleFolder(), '-buildvcs=false', '-tags', tags, '-o', path, '.'], tmpdir());
    return { is: 'present', path };
  } catch (error) {
    return { is: 'missing', why: error instanceof Error ? error.message : String(error) };
  }
}

export interface RunningGitea {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string;
  readonly token: string;
  /** Makes a repository `ada/NAME` with one commit; its address for git, which carries the token. */
  makeRepository(name: string): Promise<string>;
  /** Until Gitea has noticed so many tags: it looks at pushes later. */
  untilSeen(name: string, tags: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts Gitea on loopback over a temporary folder, with the user Ada, who owns everything. */
export async function startGitea(path: string): Promise<RunningGitea> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-gitea-'));
  const port = await freePort();
  const config = join(folder, 'app.ini');
  // Templates and texts come with the module; pages are not asked for, so that nothing was built for them.
  await writeFile(config, appIni({ folder, port, module: await moduleFolder() }));
  const env = { ...emptyEnvironment(), HOME: folder, GITEA_WORK_DIR: folder };
  const gitea = async (...args: readonly string[]): Promise<string> =>
    succeed(runTool({ command: path, args: ['--config', config, ...args], env, timeoutSeconds: 120 }));
  await gitea('migrate');
  await gitea(
    'admin',
    'user',
    'create',
    '--username',
    'ada',
    '--password',
    'not-a-secret-1',
    '--email',
    'ada@example.org',
    '--admin',
    '--must-change-password=false',
  );
  const said = await gitea(
    'admin',
    'user',
    'generate-access-token',
    '--username',
    'ada',
    '--token-name',
    'test',
    '--scopes',
    'all',
    '--raw',
  );
  // What it warns of may come after it.
  const token = /^[0-9a-f]{40}$/m.exec(said)?.[0] ?? '';
  const child = spawn(path, ['--config', config, 'web'], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const heard: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => heard.push(chunk));
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.kill()) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  const address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; !(await answers(`${address}/api/v1/version`)); attempt += 1) {
    if (child.exitCode !== null || attempt === 1200) {
      await close();
      throw new Error(`Gitea does not answer: ${Buffer.concat(heard).toString('utf8')}`);
    }
    await delay(50);
  }
  return {
    address,
    token,
    close,
    makeRepository: (name) => makeRepository({ address, token }, name),
    untilSeen: (name, tags) => untilSeen({ address }, name, tags),
  };
}

async function makeRepository(
  { address, token }: Pick<RunningGitea, 'address' | 'token'>,
  name: string,
): Promise<string> {
  const reply = await fetch(`${address}/api/v1/user/repos`, {
    method: 'POST',
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, default_branch: 'main', auto_init: false }),
  });
  if (reply.status !== 201) throw new Error(`Gitea makes no repository: ${reply.status} ${await reply.text()}`);
  return `${address.replace('http://', `http://ada:${token}@`)}/ada/${name}.git`;
}

async function untilSeen({ address }: Pick<RunningGitea, 'address'>, name: string, tags: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const json: unknown = await (await fetch(`${address}/ada/${name}/tags/list`)).json().catch(() => undefined);
    const seen: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'results') : undefined;
    if (Array.isArray(seen) && seen.length === tags) return;
    await delay(25);
  }
  throw new Error('Gitea does not notice the push');
}

function appIni({
  folder,
  port,
  module,
}: {
  readonly folder: string;
  readonly port: number;
  readonly module: string;
}): string {
  return `
APP_NAME = test
RUN_MODE = prod
RUN_USER = ${process.env['USER'] ?? 'root'}
WORK_PATH = ${folder}
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
STATIC_ROOT_PATH = ${module}
APP_DATA_PATH = ${folder}/data
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${folder}/gitea.db
[repository]
ROOT = ${folder}/repositories
[repository.release]
ALLOWED_TYPES =
[security]
INSTALL_LOCK = true
[log]
LEVEL = Error
[actions]
ENABLED = true
`;
}

async function moduleFolder(): Promise<string> {
  const said: unknown = JSON.parse(await go(['mod', 'download', '-json', `${moduleName}@${moduleVersion}`], tmpdir()));
  const folder: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'Dir') : undefined;
  if (typeof folder !== 'string') throw new Error('Go downloaded no module');
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port');
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 200;
  } catch {
    return false;
  }
}
