import { posix } from 'node:path';
import type { LayerRule } from './layer-rules.ts';
import { adapterPairs, composer, layerExceptions, layerRules, openAdapters } from './layer-rules.ts';
import { readImports } from './read-imports.ts';
import { runCheck } from './run-check.ts';
import type { SourceFile } from './source-file.ts';
import { isTestFile, readSources } from './source-file.ts';

/** Imports point down, as `layer-rules.ts` says, and no files import each other in a circle. */
export async function checkLayers(root: string): Promise<readonly string[]> {
  const files = (await readSources(root, ['src'])).filter(({ path }) => !isTestFile(path));
  return [...files.flatMap(wrongImports), ...findCycles(files)];
}

function wrongImports({ path, text }: SourceFile): readonly string[] {
  // The entry points and the composer see everything.
  if (!path.slice('src/'.length).includes('/') || composer.test(path)) return [];
  const [, layer = ''] = path.split('/');
  const rule = layerRules.findLast((candidate) => path.startsWith(`src/${candidate.layer}/`));
  if (rule === undefined) return [`${path}: the folder src/${layer} is not in the table of tools/layer-rules.ts`];
  return readImports(text).flatMap(({ specifier, line }) => {
    const reason = whyForbidden(path, specifier, rule);
    return reason === undefined ? [] : [`${path}:${line}: may not import ${specifier}: ${reason}`];
  });
}

function whyForbidden(path: string, specifier: string, rule: LayerRule): string | undefined {
  if (layerExceptions.get(path)?.includes(specifier) === true) return undefined;
  if (specifier.startsWith('node:'))
    return rule.node === 'any' || rule.node.includes(specifier) ? undefined : `${rule.layer} does no input or output`;
  if (!specifier.startsWith('.')) {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    return rule.npm === 'any' || rule.npm.includes(name) ? undefined : `${rule.layer} does not use this package`;
  }
  const target = resolveImport(path, specifier);
  if (target.startsWith('src/adapters/') && rule.layer === 'adapters') return whyForbiddenSibling(path, target);
  const isAllowed = [rule.layer, ...rule.layers].some((layer) => target.startsWith(`src/${layer}/`));
  if (isAllowed || !target.startsWith('src/')) return undefined;
  return `${rule.layer} may import ${rule.layers.length === 0 ? 'nothing else' : rule.layers.join(', ')}`;
}

function whyForbiddenSibling(path: string, target: string): string | undefined {
  const [, , from = ''] = path.split('/');
  const [, , to = ''] = target.split('/');
  if (from === to || openAdapters.includes(to)) return undefined;
  if (adapterPairs.some(([left, right]) => left === from && right === to)) return undefined;
  return 'adapters do not import each other';
}

/** Each circle once, as `a -> b -> a`. */
function findCycles(files: readonly SourceFile[]): readonly string[] {
  const edges = new Map(files.map((file) => [file.path, staticTargets(file)]));
  const finished = new Set<string>();
  const cycles = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.add(`import cycle: ${[...trail.slice(start), path].join(' -> ')}`);
    if (start >= 0 || finished.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return [...cycles];
}

function staticTargets({ path, text }: SourceFile): readonly string[] {
  return readImports(text)
    .filter(({ specifier, isDynamic }) => !isDynamic && specifier.startsWith('.'))
    .map(({ specifier }) => resolveImport(path, specifier));
}

function resolveImport(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier);
}

if (import.meta.main) await runCheck(checkLayers);
