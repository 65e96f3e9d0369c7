import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCheck } from './run-check.ts';

/** Versions are exact, and docs/dependencies.md has one row per runtime dependency and no other. */
export async function checkDependencies(root: string): Promise<readonly string[]> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const page = await readFile(join(root, 'docs', 'dependencies.md'), 'utf8').catch(() => '');
  const runtime = recordOf(manifest, 'dependencies');
  const all = new Map([...runtime, ...recordOf(manifest, 'devDependencies')]);
  const rows = [...page.matchAll(/^\| `([^`]+)` +\|([^|]*)\|/gm)].map(([, name = '', says = '']) => ({ name, says }));
  const listed = rows.map(({ name }) => name);
  return [
    ...[...all].flatMap(([name, version]) =>
      (runtime.has(name) ? released : exact).test(version)
        ? []
        : [`package.json: ${name} is "${version}", an exact version is wanted`],
    ),
    ...[...runtime.keys()]
      .filter((name) => !listed.includes(name))
      .map((name) => `docs/dependencies.md: ${name} has no row`),
    ...listed
      .filter((name) => !runtime.has(name))
      .map((name) => `docs/dependencies.md: ${name} is no runtime dependency`),
    ...rows
      .filter(({ says }) => says.trim() === '')
      .map(({ name }) => `docs/dependencies.md: ${name} does not say what it replaces`),
  ];
}

const released = /^\d+\.\d+\.\d+$/;
// What only development uses may be known by a prerelease alone.
const exact = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

function recordOf(manifest: unknown, key: string): ReadonlyMap<string, string> {
  const found: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, key) : undefined;
  if (typeof found !== 'object' || found === null) return new Map();
  return new Map(Object.entries(found).map(([name, version]) => [name, String(version)]));
}

if (import.meta.main) await runCheck(checkDependencies);
