import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below which name a single file carries an example, and the list of its files as JSON. */
export const exampleAssets = 'examples/harbor';

/** Copies the example project to a folder: from this package, or out of the single file that runs. */
export async function copyExample(to: string): Promise<void> {
  const sea = process.getBuiltinModule('node:sea');
  if (!sea.isSea()) {
    const example = join(packageFolder(), exampleAssets);
    await cp(example, to, { recursive: true, filter: (path) => path !== join(example, 'build') });
    return;
  }
  const paths: unknown = JSON.parse(sea.getAsset(exampleAssets, 'utf8'));
  for (const path of Array.isArray(paths) ? paths.map(String) : []) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), Buffer.from(sea.getAsset(`${exampleAssets}/${path}`)));
  }
}

/** What starts another run of Cutwater: the sources in a checkout, the bundle in an installed package, or the single file. */
export function programCommand(): { readonly command: string; readonly args: readonly string[] } {
  const command = process.execPath;
  if (process.getBuiltinModule('node:sea').isSea()) return { command, args: [] };
  const isSource = fileURLToPath(import.meta.url).endsWith('.ts');
  return { command, args: [join(packageFolder(), isSource ? 'src/main.ts' : 'dist/main.js')] };
}

/** The folder of this package, wherever it is installed or checked out. Absolute. */
function packageFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'examples'))) return folder;
  throw new Error(`No package around ${here}`);
}
