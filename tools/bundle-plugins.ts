import { readFile } from 'node:fs/promises';
import type { Metafile, Plugin } from 'esbuild';

/**
 * An `import` of one of Node's modules reads it and every export of it, and some take longer than all of our own code:
 * with `node:http` comes the whole fetch client, with `node:crypto` the web's cryptography. Here a module is read when
 * something of it is used for the first time.
 */
export const builtinsWhenUsed: Plugin = {
  name: 'builtins-when-used',
  setup: ({ onResolve, onLoad }) => {
    // One for each importer: shared ones would be files of their own.
    onResolve({ filter: /^node:/ }, ({ kind, path, importer }) =>
      kind === 'require-call' ? undefined : { path, suffix: `?${importer}`, namespace: 'builtin', sideEffects: false },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = ${isWanted(path) ? 'process.getBuiltinModule' : '__builtin'}(${JSON.stringify(path)});`,
    }));
  },
};

/** What the plugin's modules need at the top of every file. */
export const builtinsBanner = [
  'const __builtin = (name) => {',
  'let loaded;',
  'const read = () => (loaded ??= process.getBuiltinModule(name));',
  // The bundler copies own exports one by one; what is inherited it leaves where it is.
  'return Object.create(new Proxy({}, { get: (_, key) => read()[key], has: (_, key) => key in read() }));',
  '};',
].join(' ');

/** A default import gives the object above, which is neither a function nor the process itself. */
function isWanted(path: string): boolean {
  return path === 'node:process' || typeof process.getBuiltinModule(path) === 'function';
}

/** Names of commands that are loaded as one, each group as one file. */
export type CommandGroups = Readonly<Record<string, readonly string[]>>;

/**
 * Commands that share most of what they load are loaded as one: else the bundler makes a file of every set of modules that
 * some of them share and others do not, and each of those fifty files takes longer to find than to read.
 */
export function commandsTogether(root: string, groups: CommandGroups): Plugin {
  const groupOf = new Map(Object.entries(groups).flatMap(([group, names]) => names.map((name) => [name, group])));
  return {
    name: 'commands-together',
    setup: ({ onResolve, onLoad }) => {
      onLoad({ filter: /src\/cli\/command-table[a-z-]*\.ts$/ }, async ({ path }) => ({
        loader: 'ts',
        contents: (await readFile(path, 'utf8')).replace(
          /import\('\.\/commands\/([a-z-]+)\.ts'\)/g,
          (whole, name: string) => {
            const group = groupOf.get(name);
            return group === undefined ? whole : `import('commands:${group}').then((loaded) => loaded['${name}'])`;
          },
        ),
      }));
      onResolve({ filter: /^commands:/ }, ({ path }) => ({ path, namespace: 'commands' }));
      onLoad({ filter: /^commands:/, namespace: 'commands' }, ({ path }) => {
        const names = groups[path.replace('commands:', '')] ?? [];
        const exported = names.map((name) => `export * as '${name}' from './src/cli/commands/${name}.ts';`);
        return { resolveDir: root, contents: exported.join('\n') };
      });
    },
  };
}

/** `acting` are those that build or sign, `looking` all others but `audit`, which needs the least by far. */
export function groupCommands({ inputs }: Metafile): CommandGroups {
  const names = Object.keys(inputs).flatMap((path) => /^src\/cli\/commands\/([a-z-]+)\.ts$/.exec(path)?.[1] ?? []);
  const acts = (name: string): boolean =>
    [...staticClosure(`src/cli/commands/${name}.ts`, inputs)].some((path) =>
      /^src\/cli\/(?:compose-release\.ts|rehearsal\/)/.test(path),
    );
  const grouped = names.filter((name) => name !== 'audit').toSorted();
  return { acting: grouped.filter(acts), looking: grouped.filter((name) => !acts(name)) };
}

function staticClosure(from: string, inputs: Metafile['inputs']): ReadonlySet<string> {
  const seen = new Set([from]);
  for (const path of seen)
    for (const { kind, external, path: imported } of inputs[path]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) seen.add(imported);
  return seen;
}
