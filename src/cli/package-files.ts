import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, wherever it is installed or checked out. Absolute. */
export function packageFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'examples'))) return folder;
  throw new Error(`No package around ${here}`);
}

/** The program to start for another run of Cutwater: the sources in a checkout, the bundle in an installed package. */
export function programFile(): string {
  const isSource = fileURLToPath(import.meta.url).endsWith('.ts');
  return join(packageFolder(), isSource ? 'src/main.ts' : 'dist/main.js');
}
