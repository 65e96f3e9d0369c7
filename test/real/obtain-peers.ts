import { access, constants, mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { debianMirror, readAptSources, sourceFileOf } from '../../tools/apt-source.ts';
import type { Peer, PeerName } from './peers.ts';
import { peerNames } from './peers.ts';

/** Where each peer can be had: installed on the machine or, unpacked into our cache, from a suite of its mirror. */
interface Origin {
  readonly from: 'install' | 'own suite' | 'sid';
  /** Name of the package where it is not that of the program. */
  readonly package?: string;
  /** Folder of the program in the package. Default `usr/bin`. */
  readonly folder?: string;
}

const origins: Readonly<Record<PeerName, Origin>> = {
  // Installing this one would start a service; its single binary runs from anywhere.
  'docker-registry': { from: 'own suite' },
  skopeo: { from: 'install' },
  cosign: { from: 'sid' },
  oras: { from: 'sid' },
  buildah: { from: 'install' },
  busybox: { from: 'own suite', package: 'busybox-static', folder: 'bin' },
  rpm: { from: 'install' },
};

/** Finds or fetches every peer below the cache folder. What cannot be had is told with its reason, and is no error. */
export async function obtainPeers(cache: string): Promise<Readonly<Record<PeerName, Peer>>> {
  await mkdir(cache, { recursive: true });
  const found = {
    'docker-registry': none,
    skopeo: none,
    cosign: none,
    oras: none,
    buildah: none,
    busybox: none,
    rpm: none,
  };
  for (const name of peerNames) found[name] = await obtainPeer(name, cache);
  return found;
}

const none: Peer = { is: 'missing', why: 'not looked for' };

async function obtainPeer(name: PeerName, cache: string): Promise<Peer> {
  const origin = origins[name];
  const unpacked = join(cache, name, origin.folder ?? 'usr/bin', name);
  const present = (origin.package === undefined ? await findOnPath(name) : undefined) ?? (await executable(unpacked));
  if (present !== undefined) return { is: 'present', path: present };
  if ((await findOnPath('apt-get')) === undefined)
    return { is: 'missing', why: 'not installed, and there is no apt-get' };
  try {
    if (origin.from === 'install') await install(name);
    else await unpack({ name, package: origin.package ?? name, suite: origin.from }, cache);
  } catch (error) {
    return { is: 'missing', why: error instanceof Error ? error.message : String(error) };
  }
  const path = (await executable(unpacked)) ?? (await findOnPath(name));
  return path === undefined ? { is: 'missing', why: 'its package holds no such program' } : { is: 'present', path };
}

async function install(name: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`not installed, and only root can: apt-get install ${name}`);
  await must('apt-get', ['update', '-q']);
  await must('apt-get', ['install', '-y', '-q', '--no-install-recommends', name]);
}

/** Downloads and unpacks one package with lists and caches of our own: the system's sources stay as they are. */
async function unpack(
  wanted: { readonly name: PeerName; readonly package: string; readonly suite: 'own suite' | 'sid' },
  cache: string,
): Promise<void> {
  const { name, suite } = wanted;
  const mirror = debianMirror(await readAptSources());
  if (mirror === undefined) throw new Error('this machine has no Debian mirror');
  const folder = join(cache, `apt-${suite.replace(' ', '-')}`);
  const downloads = join(cache, `download-${name}`);
  for (const path of ['lists/partial', 'archives/partial']) await mkdir(join(folder, path), { recursive: true });
  await mkdir(downloads, { recursive: true });
  const sources = join(folder, 'suite.sources');
  await writeFile(sources, sourceFileOf(mirror, suite === 'sid' ? 'sid' : mirror.suite));
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=-',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache=${folder}`,
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ].flatMap((option) => ['-o', option]);
  await must('apt-get', [...options, 'update', '-q']);
  await must('apt-get', [...options, 'download', '-q', wanted.package], downloads);
  const [archive] = (await readdir(downloads)).filter((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new Error(`apt-get downloaded no package ${wanted.package}`);
  await must('dpkg', ['-x', join(downloads, archive), join(cache, name)]);
}

async function must(command: string, args: readonly string[], cwd?: string): Promise<void> {
  // Package managers run hooks of the system, which expect the usual folders on the path; proxies come by environment.
  const proxies = Object.entries(process.env).filter(([key]) => /^(?:https?|no)_proxy$/i.test(key));
  const env = {
    ...emptyEnvironment(),
    DEBIAN_FRONTEND: 'noninteractive',
    ...Object.fromEntries(proxies.map(([key, value]) => [key, value ?? ''])),
  };
  const result = await runTool({ command, args, env, timeoutSeconds: 600, ...(cwd === undefined ? {} : { cwd }) });
  if (result.exitCode === 0) return;
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  throw new Error(`${command} ${args.at(-1) ?? ''} failed${result.timedOut ? ' (time limit)' : ''}: ${said}`);
}

async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = await executable(join(folder, name));
    if (path !== undefined) return path;
  }
  return undefined;
}

function executable(path: string): Promise<string | undefined> {
  return access(path, constants.X_OK).then(
    () => path,
    () => undefined,
  );
}
