import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { build } from 'esbuild';
import { runTool } from '../src/adapters/process/run-tool.ts';
import { builtinsBanner, builtinsWhenUsed, commandsTogether, groupCommands } from './bundle-plugins.ts';
import { runCheck } from './run-check.ts';

/**
 * Writes `dist`: the program and the library bundled with their packages, and the library's types. What a command needs
 * only sometimes stays in files of its own, so that a start loads only what it runs.
 */
export async function buildPackage(root: string, dist: string = join(root, 'dist')): Promise<readonly string[]> {
  await rm(dist, { recursive: true, force: true });
  const bundled = await bundleProgram(root, { dist, entryPoints: { main: 'src/main.ts' } });
  // By itself: what program and library share would be cut into pieces that a start has to find.
  await bundleProgram(root, { dist, entryPoints: { index: 'src/index.ts' } });
  await chmod(join(dist, 'main.js'), 0o755);
  const types = await runTool({
    command: join(root, 'node_modules', '.bin', 'tsc'),
    args: ['-p', 'tools/tsconfig.types.json', '--outDir', join(dist, 'types')],
    cwd: root,
  });
  return [
    ...heavyPackages(bundled),
    ...(types.exitCode === 0 ? [] : [Buffer.from(types.stdout).toString('utf8') + types.stderr]),
  ];
}

/** One import of zod's full interface, anywhere, and every command loads more of what both interfaces share. */
function heavyPackages({ inputs }: Metafile): readonly string[] {
  const isFull = Object.keys(inputs).some((path) => path.includes('/zod/v4/classic/'));
  return isFull ? ['The program imports "zod": import "zod/mini", or write a policy field with policy/field.ts'] : [];
}

export interface Bundling {
  readonly dist: string;
  /** Source files by the name of their file in `dist`. */
  readonly entryPoints: Readonly<Record<string, string>>;
}

/** Bundles programs with what they import; what they share is written once. */
export async function bundleProgram(root: string, bundling: Bundling): Promise<Metafile> {
  const dry = await build({ ...optionsFor(root, bundling), write: false, metafile: true });
  const options = optionsFor(root, bundling, [commandsTogether(root, groupCommands(dry.metafile))]);
  const { metafile } = await build({ ...options, metafile: true });
  return metafile;
}

function optionsFor(root: string, bundling: Bundling, plugins: readonly Plugin[] = []): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: { ...bundling.entryPoints },
    outdir: bundling.dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    external: [...optionalPackages],
    // Its modules for Node are CommonJS: ninety functions to run before a policy can be read. These are the same sources.
    alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js') },
    // Names are kept: a stack trace must be of use.
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [builtinsWhenUsed, ...plugins],
    // CommonJS packages call require() for node's own modules, which an ES module does not have.
    banner: {
      js: [
        "import { createRequire as __createRequire } from 'node:module';",
        'const require = __createRequire(import.meta.url);',
        builtinsBanner,
      ].join('\n'),
    },
    logLevel: 'warning',
  };
}

/** What the CycloneDX library loads only where it is installed: validators and an XML writer, which we do not use. */
export const optionalPackages: readonly string[] = [
  'ajv',
  'ajv/*',
  'ajv-formats',
  'ajv-formats-draft2019',
  'libxmljs2',
  'xmlbuilder2',
];

if (import.meta.main) await runCheck((root) => buildPackage(root));
