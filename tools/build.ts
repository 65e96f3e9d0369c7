import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { runTool } from '../src/adapters/process/run-tool.ts';
import { runCheck } from './run-check.ts';

/**
 * Writes `dist`: the program and the library bundled with their packages (chunks are shared and loaded when needed), and
 * the library's types. Commands stay in chunks of their own, so that a start loads only what it runs.
 */
export async function buildPackage(root: string, dist: string = join(root, 'dist')): Promise<readonly string[]> {
  await rm(dist, { recursive: true, force: true });
  await bundleProgram(root, { dist, entryPoints: { main: 'src/main.ts', index: 'src/index.ts' } });
  await chmod(join(dist, 'main.js'), 0o755);
  const types = await runTool({
    command: join(root, 'node_modules', '.bin', 'tsc'),
    args: ['-p', 'tools/tsconfig.types.json', '--outDir', join(dist, 'types')],
    cwd: root,
  });
  return types.exitCode === 0 ? [] : [Buffer.from(types.stdout).toString('utf8') + types.stderr];
}

/** Bundles programs, by the names of their files in `dist`, with what they import; what they share is written once. */
export async function bundleProgram(
  root: string,
  { dist, entryPoints }: { readonly dist: string; readonly entryPoints: Readonly<Record<string, string>> },
): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { ...entryPoints },
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    external: [...optionalPackages],
    // Names are kept: a stack trace must be of use.
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [builtinsWhenUsed],
    // CommonJS packages call require() for node's own modules, which an ES module does not have.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** What the CycloneDX library loads only where it is installed: validators and an XML writer, which we do not use. */
const optionalPackages: readonly string[] = [
  'ajv',
  'ajv/*',
  'ajv-formats',
  'ajv-formats-draft2019',
  'libxmljs2',
  'xmlbuilder2',
];

/**
 * An `import` of one of Node's modules reads every export of it. Some of these are loaded only when they are read: with
 * `node:http` comes the whole fetch client, with `node:crypto` the web's cryptography, and both take longer than our own
 * code. Taken from the built-in module directly, an export is read where it is used.
 */
const builtinsWhenUsed: Plugin = {
  name: 'builtins-when-used',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ kind, path }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'builtin', sideEffects: false },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

if (import.meta.main) await runCheck((root) => buildPackage(root));
