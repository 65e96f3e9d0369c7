// Writes build/image/ARCHITECTURE/: the root of the image without the program itself, out of the Debian packages that
// image/debian-packages.json names by digest. The same list gives the same files.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix, relative } from 'node:path';
import { emptyEnvironment, runTool } from '../src/adapters/process/run-tool.ts';
import { parseAptSources, readAptSources } from './apt-source.ts';
import type { DebianPackage } from './debian-package.ts';
import { debianArchitectures, readDebianPackages } from './debian-package.ts';
import { isWanted, linkInside } from './image-root-files.ts';
import { runCheck } from './run-check.ts';

/** Where packages may be had, where the machine that builds is no Debian: a file as in /etc/apt/sources.list.d. */
const sourcesFile = 'image/debian.sources';

/** Returns the problems. */
export async function buildImageRoot(root: string, out: string): Promise<readonly string[]> {
  const { packages } = await readDebianPackages(root);
  const mirrors = await debianMirrors(root);
  if (mirrors.length === 0)
    return [`No Debian mirror is known: this machine's apt has none, and there is no ${sourcesFile}`];
  const work = await mkdtemp(join(tmpdir(), 'cutwater-image-'));
  try {
    for (const architecture of debianArchitectures) {
      const own = packages.filter((one) => one.architecture === architecture || one.architecture === 'all');
      const target = join(out, architecture);
      await rm(target, { recursive: true, force: true });
      await addPackages(own, { mirrors, target, work: join(work, architecture) });
      await addConfiguration(target);
    }
    return [];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Addresses of the mirrors that packages may be had from here, the first one first. */
export async function debianMirrors(root: string): Promise<readonly string[]> {
  const own = await readFile(join(root, sourcesFile), 'utf8').catch(() => undefined);
  const sources = own === undefined ? await readAptSources() : parseAptSources(own);
  const addresses = sources.map(({ uri }) => uri.replace(/\/$/, '')).filter((uri) => /^https?:\/\/.*debian/.test(uri));
  return [...new Set(addresses)];
}

interface Places {
  readonly mirrors: readonly string[];
  readonly target: string;
  readonly work: string;
}

async function addPackages(packages: readonly DebianPackage[], { mirrors, target, work }: Places): Promise<void> {
  const waiting = [...packages];
  const add = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const folder = join(work, next.name);
      await mkdir(join(folder, 'files'), { recursive: true });
      const file = join(folder, 'package.deb');
      await writeFile(file, await download(next, mirrors));
      await must('dpkg-deb', ['-x', file, join(folder, 'files')]);
      await copyWanted(join(folder, 'files'), target);
      await addStatus(file, join(target, 'var/lib/dpkg/status.d', next.name));
      await rm(folder, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: 4 }, add));
}

/**
 * As distroless images have it: scanners and the SBOM find the package and which files are its own, though dpkg itself is not
 * there.
 */
async function addStatus(file: string, status: string): Promise<void> {
  await mkdir(dirname(status), { recursive: true });
  await writeFile(status, await must('dpkg-deb', ['-f', file]));
  const sums = await runTool({ command: 'dpkg-deb', args: ['-I', file, 'md5sums'], env: emptyEnvironment() });
  // A package of links alone has none.
  if (sums.exitCode !== 0) return;
  const lines = Buffer.from(sums.stdout).toString('utf8').split('\n');
  const kept = lines.filter((line) => isWanted(/^[0-9a-f]{32} {2}(.+)$/.exec(line)?.[1] ?? ''));
  await writeFile(`${status}.md5sums`, kept.map((line) => `${line}\n`).join(''));
}

/** The bytes with the digest of the list, from the first mirror that has them. */
export async function download(
  { path, size, sha256 }: Pick<DebianPackage, 'path' | 'size' | 'sha256'>,
  mirrors: readonly string[],
): Promise<Uint8Array> {
  const answers: string[] = [];
  for (const mirror of mirrors) {
    const bytes = await fetchBytes(`${mirror}/${path}`);
    if (typeof bytes === 'string') answers.push(bytes);
    else {
      const found = createHash('sha256').update(bytes).digest('hex');
      if (bytes.length === size && found === sha256) return bytes;
      answers.push(`${bytes.length} bytes with the digest ${found}`);
    }
  }
  throw new Error(
    `${path} is to be had nowhere (${answers.join('; ')}): a mirror drops old versions, so run 'node tools/write-debian-packages.ts' and commit the list, or name an archive of old versions in ${sourcesFile}`,
  );
}

/** The content, or in words why there is none. */
async function fetchBytes(url: string): Promise<Uint8Array | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : `status ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function copyWanted(from: string, target: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    const path = relative(from, source);
    if (entry.isDirectory() || !isWanted(path)) continue;
    const to = join(target, path);
    await mkdir(dirname(to), { recursive: true });
    if (entry.isSymbolicLink()) await symlink(linkInside(path, await readlink(source)), to);
    else await copyFile(source, to);
  }
}

/** What the scripts of the packages would write on an installed system. */
async function addConfiguration(target: string): Promise<void> {
  const certificates = join(target, 'usr/share/ca-certificates/mozilla');
  const names = (await readdir(certificates)).filter((name) => name.endsWith('.crt')).toSorted();
  const bundle = await Promise.all(names.map((name) => readFile(join(certificates, name), 'utf8')));
  const files = {
    'etc/ssl/certs/ca-certificates.crt': bundle.map((text) => `${text.trimEnd()}\n`).join(''),
    'etc/passwd': 'root:x:0:0:root:/:/bin/sh\ncutwater:x:65532:65532:cutwater:/tmp:/bin/sh\n',
    'etc/group': 'root:x:0:\ncutwater:x:65532:\n',
    'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(target, posix.dirname(path)), { recursive: true });
    await writeFile(join(target, path), text);
  }
}

async function must(command: string, args: readonly string[]): Promise<Uint8Array> {
  const { exitCode, stdout, stderr } = await runTool({ command, args, env: emptyEnvironment() });
  if (exitCode !== 0) throw new Error(`${command} ends with ${exitCode}: ${stderr}`);
  return stdout;
}

if (import.meta.main) await runCheck((root) => buildImageRoot(root, join(root, 'build/image')));
