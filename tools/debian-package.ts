import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a Debian mirror whose content goes into the image. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** `all`: the same file for both. */
  readonly architecture: DebianArchitecture | 'all';
  /** Path below the address of the mirror: `pool/main/...`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

export type DebianArchitecture = 'amd64' | 'arm64';

export const debianArchitectures: readonly DebianArchitecture[] = ['amd64', 'arm64'];

/** The packages of the image, each by the digest of its file. */
export interface DebianPackages {
  /** Name of the release: `bookworm`. */
  readonly release: string;
  readonly packages: readonly DebianPackage[];
}

export const packagesFile = 'image/debian-packages.json';

/** Reads the list below the root of the repository. Throws where it is none. */
export async function readDebianPackages(root: string): Promise<DebianPackages> {
  return parseDebianPackages(await readFile(join(root, packagesFile), 'utf8'));
}

/** Throws an Error that names what is wrong. A path that could lead elsewhere is refused. */
export function parseDebianPackages(text: string): DebianPackages {
  const document: unknown = JSON.parse(text);
  if (!isObject(document) || typeof document['release'] !== 'string' || !Array.isArray(document['packages']))
    throw new Error(`${packagesFile} is no list of packages`);
  return { release: document['release'], packages: document['packages'].map(readPackage) };
}

function readPackage(entry: unknown): DebianPackage {
  const { name, version, architecture, path, size, sha256 } = isObject(entry) ? entry : {};
  const isRight =
    isText(name, /^[a-z0-9][a-z0-9.+-]+$/) &&
    isText(version, /^[0-9][A-Za-z0-9.+~:-]*$/) &&
    isText(path, /^pool\/(?:[A-Za-z0-9+~_-][A-Za-z0-9.+~_%-]*\/)+[a-z0-9][A-Za-z0-9.+~_%-]*\.deb$/) &&
    isText(sha256, /^[0-9a-f]{64}$/) &&
    (architecture === 'amd64' || architecture === 'arm64' || architecture === 'all') &&
    typeof size === 'number';
  if (!isRight) throw new Error(`${packagesFile} has an entry that is no package: ${JSON.stringify(entry)}`);
  return { name, version, architecture, path, size, sha256 };
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What a package says of itself in the lists of a mirror. */
export interface ListedPackage {
  readonly file: DebianPackage;
  /** Names of the packages it cannot do without; of alternatives the first. */
  readonly needs: readonly string[];
}

/** Reads the answer of `apt-cache show`: one stanza a package. */
export function parseListedPackages(text: string): readonly ListedPackage[] {
  return text
    .split(/\n\s*\n/)
    .filter((stanza) => /^Package:/m.test(stanza))
    .map((stanza) => {
      const field = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1] ?? '';
      return {
        file: readPackage({
          name: field('Package'),
          version: field('Version'),
          architecture: field('Architecture'),
          path: field('Filename'),
          size: Number(field('Size')),
          sha256: field('SHA256'),
        }),
        needs: ['Pre-Depends', 'Depends'].flatMap((name) => namesIn(field(name))),
      };
    });
}

function namesIn(list: string): readonly string[] {
  return list.split(',').flatMap((one) => /^\s*([a-z0-9][a-z0-9.+-]+)/.exec(one)?.[1] ?? []);
}

/**
 * These packages and all they need, but those left out, sorted by name. `ask` answers for several names at once. Throws
 * where nobody knows one.
 */
export async function withAllTheyNeed(
  names: readonly string[],
  leftOut: ReadonlySet<string>,
  ask: (names: readonly string[]) => Promise<readonly ListedPackage[]>,
): Promise<readonly DebianPackage[]> {
  const found = new Map<string, DebianPackage>();
  for (let open = names; open.length > 0;) {
    const answers = await ask(open);
    const unknown = open.filter((name) => !answers.some(({ file }) => file.name === name));
    if (unknown.length > 0) throw new Error(`The mirror has no package ${unknown.join(', ')}`);
    for (const { file } of answers) found.set(file.name, file);
    const needed = new Set(answers.flatMap(({ needs }) => needs));
    open = [...needed].filter((name) => !found.has(name) && !leftOut.has(name));
  }
  return [...found.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
