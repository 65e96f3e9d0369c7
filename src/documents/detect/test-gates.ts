import type { ProjectView } from './project-view.ts';
import { below, folderOf, nameOf, ownPaths } from './project-view.ts';

export interface FoundGate {
  readonly name: string;
  readonly command: readonly string[];
  /** The document of the project that asks for it. */
  readonly askedBy?: string | undefined;
}

/** The tests that the manifests of a project speak of. A gate starts in a fresh tree, so it also installs what it needs. */
export function findTestGates(view: ProjectView): readonly FoundGate[] {
  const paths = ownPaths(view.paths);
  const manifests = (name: string): readonly string[] => {
    const found = paths.filter((path) => nameOf(path) === name).map(folderOf);
    return found.includes('.') ? ['.'] : found;
  };
  const cargo = manifests('Cargo.toml').map((folder): FoundGate => {
    const where = folder === '.' ? [] : ['--manifest-path', below(folder, 'Cargo.toml')];
    const locked = paths.includes(below(folder, 'Cargo.lock')) ? ['--locked'] : [];
    return { name: gateName(folder, 'cargo'), command: ['cargo', 'test', ...where, '--workspace', ...locked] };
  });
  const go = manifests('go.mod').map((folder): FoundGate => {
    const where = folder === '.' ? [] : ['-C', folder];
    return { name: gateName(folder, 'go'), command: ['go', 'test', ...where, './...'] };
  });
  const node = paths.flatMap((path) => (nameOf(path) === 'package.json' ? nodeGate(view, path) : []));
  return uniqueNames([...cargo, ...go, ...node]).slice(0, 12);
}

function nodeGate(view: ProjectView, path: string): readonly FoundGate[] {
  const folder = folderOf(path);
  const script = testScript(view.read(path) ?? '');
  if (script === undefined || script.includes('no test specified') || !/^[A-Za-z0-9._/-]+$/.test(folder)) return [];
  const name = gateName(folder, 'node');
  const found = nearestLock(view.paths, folder);
  if (found === undefined) return [{ name, command: ['npm', ...placed(npm, folder), 'test'] }];
  const { manager, place } = found;
  const call = (where: string, ...words: readonly string[]): string =>
    [manager.program, ...placed(manager, where), ...words].join(' ');
  return [{ name, command: ['sh', '-c', `${call(place, ...manager.install)} && ${call(folder, 'test')}`] }];
}

/** What installs the packages that a lock file names, and runs the scripts of a manifest. */
interface PackageManager {
  readonly program: string;
  readonly lock: string;
  /** The option that names a folder. */
  readonly folder: string;
  readonly install: readonly string[];
}

const npm: PackageManager = { program: 'npm', lock: 'package-lock.json', folder: '--prefix', install: ['ci'] };
const managers: readonly PackageManager[] = [
  { program: 'pnpm', lock: 'pnpm-lock.yaml', folder: '-C', install: ['install', '--frozen-lockfile'] },
  npm,
  { program: 'yarn', lock: 'yarn.lock', folder: '--cwd', install: ['install', '--frozen-lockfile'] },
];

/** The lock file of a manifest is beside it, or above it where it is a part of a workspace. */
function nearestLock(
  paths: readonly string[],
  folder: string,
): { readonly manager: PackageManager; readonly place: string } | undefined {
  const manager = managers.find(({ lock }) => paths.includes(below(folder, lock)));
  if (manager !== undefined) return { manager, place: folder };
  return folder === '.' ? undefined : nearestLock(paths, folderOf(folder));
}

function placed({ folder: option }: PackageManager, folder: string): readonly string[] {
  return folder === '.' ? [] : [option, folder];
}

function testScript(text: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(text);
    const scripts: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'scripts') : {};
    const test: unknown = typeof scripts === 'object' && scripts !== null ? Reflect.get(scripts, 'test') : undefined;
    return typeof test === 'string' ? test : undefined;
  } catch {
    return undefined;
  }
}

function gateName(folder: string, kind: string): string {
  const place = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return `${place === '' ? kind : place}-tests`;
}

/** The same gates; one whose name was there before gets a number behind it. */
export function uniqueNames(gates: readonly FoundGate[]): readonly FoundGate[] {
  const taken = new Set<string>();
  return gates.map((gate) => {
    let { name } = gate;
    for (let count = 2; taken.has(name); count += 1) name = `${gate.name}-${count}`;
    taken.add(name);
    return { ...gate, name };
  });
}
