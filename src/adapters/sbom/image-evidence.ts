import type { ImageInventory, InventoryFile, InventoryWish } from '../../ports/image-files.ts';
import { quote } from '../../domain/quote.ts';
import { readApkInstalled } from './apk.ts';
import { auditableReader } from './cargo-auditable.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import { readGoBuildInfo } from './go-build-info.ts';
import { readInstalledDebian } from './installed-debian.ts';
import { installedComponent, maximumPackages, tooManyPackages } from './installed-package.ts';
import { isRpmDatabase, readInstalledRpm } from './installed-rpm.ts';
import type { LockedPackage } from './locked-package.ts';
import { nodePackageFolder, readNodePackage } from './node-package.ts';
import type { OsRelease } from './os-release.ts';
import { readOsRelease } from './os-release.ts';

/** What the files of an image say about what is in it. */
export interface ImageEvidence {
  /** Packages with the file of the image that names them. */
  readonly packages: readonly { readonly path: string; readonly packages: readonly LockedPackage[] }[];
  readonly os: { readonly path: string; readonly release: OsRelease } | undefined;
  /** Files that belong to a package, by path. */
  readonly explained: ReadonlySet<string>;
  /** What programs say they are made of: refs, by path. */
  readonly programs: ReadonlyMap<string, readonly string[]>;
}

/** Which files of an image are evidence. */
export const evidenceWish: InventoryWish = {
  content: (path) =>
    osReleasePaths.includes(path) ||
    apkPaths.includes(path) ||
    isRpmDatabase(path) ||
    /^\/var\/lib\/dpkg\/(?:status|status\.d\/[^/]+|info\/[^/]+\.list)$/.test(path) ||
    nodePackageFolder(path) !== undefined,
  sections: ['.dep-v0', '.go.buildinfo'],
};

const osReleasePaths: readonly string[] = ['/etc/os-release', '/usr/lib/os-release'];

// Alpine moved it below /usr in version 3.22.
const apkPaths: readonly string[] = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];

/** Reads every evidence there is. What cannot be read is said in the notes, and stops nothing. */
export function readImageEvidence(
  image: ImageInventory,
  notes: EvidenceNotes,
  refOf: (crate: { readonly name: string; readonly version: string }, path: string) => string,
): ImageEvidence {
  const os = readOs(image, notes);
  const sources = [
    readInstalledDebian(image, notes, os?.release),
    readAlpine(image, notes, os?.release),
    readInstalledRpm(image, notes, os?.release),
    readNode(image, notes),
  ];
  const programs = readPrograms(image, notes, refOf);
  return {
    os,
    packages: [...sources.flatMap(({ packages }) => packages), ...programs.packages],
    explained: new Set(sources.flatMap(({ explained }) => explained)),
    programs: programs.refs,
  };
}

function readOs(image: ImageInventory, notes: EvidenceNotes): ImageEvidence['os'] {
  const files = new Map(image.files.map((file) => [file.path, file]));
  for (const asked of osReleasePaths) {
    const path = image.leadsTo(asked);
    const content = files.get(path ?? '')?.content;
    const release = content && readOsRelease(content);
    if (path !== undefined && release !== undefined) return { path, release };
  }
  notes.missed('operating system: the image has no os-release that names one');
  return undefined;
}

interface Source {
  readonly packages: ImageEvidence['packages'];
  readonly explained: readonly string[];
}

function readAlpine(image: ImageInventory, notes: EvidenceNotes, os: OsRelease | undefined): Source {
  const packages: ImageEvidence['packages'][number][] = [];
  const explained: string[] = [];
  for (const { path, content } of image.files.filter((file) => apkPaths.includes(file.path))) {
    const read = content && readApkInstalled(content);
    if (read?.is !== 'ok') {
      notes.missed(`apk packages: ${quote(path)} ${read?.reason ?? 'is too large'}`);
      continue;
    }
    notes.read(`apk packages: ${read.value.length} of ${path}`);
    packages.push({ path, packages: read.value.map((found) => installedComponent('apk', found, os)) });
    explained.push(path);
    for (const file of read.value.flatMap(({ files }) => files)) explained.push(image.standsAt(file) ?? file);
  }
  return { packages, explained };
}

/** Files in a package's folder are the package's; those of a package inside it are claimed twice. */
function readNode(image: ImageInventory, notes: EvidenceNotes): Source {
  const packages: ImageEvidence['packages'][number][] = [];
  const folders = new Set<string>();
  let unread = 0;
  if (image.files.filter(({ path }) => nodePackageFolder(path) !== undefined).length > maximumPackages) {
    notes.missed(`npm packages: the image ${tooManyPackages}`);
    return { packages, explained: [] };
  }
  for (const { path, content } of image.files) {
    const folder = nodePackageFolder(path);
    if (folder === undefined) continue;
    const read = content && readNodePackage(content);
    if (read?.is === 'ok') {
      packages.push({ path, packages: [read.value] });
      folders.add(folder);
    } else unread += 1;
  }
  if (packages.length > 0) notes.read(`npm packages: ${packages.length} in node_modules folders`);
  if (unread > 0) notes.missed(`npm packages: ${unread} of node_modules have no package.json with a name and version`);
  const explained = image.files.filter(({ path }) => lies(path, folders)).map(({ path }) => path);
  return { packages, explained };
}

function lies(path: string, folders: ReadonlySet<string>): boolean {
  if (!path.includes('/node_modules/')) return false;
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    if (folders.has(path.slice(0, end))) return true;
  return false;
}

function readPrograms(
  image: ImageInventory,
  notes: EvidenceNotes,
  refOf: (crate: { readonly name: string; readonly version: string }, path: string) => string,
): Pick<ImageEvidence, 'packages'> & { readonly refs: ImageEvidence['programs'] } {
  const packages: ImageEvidence['packages'][number][] = [];
  const refs = new Map<string, readonly string[]>();
  const readAuditable = auditableReader();
  let left = maximumPackages;
  for (const { path, sections } of image.files) {
    if (sections !== undefined && left < 0) {
      notes.missed(
        `programs: those from ${quote(path)} on were not read, the others have more than ${maximumPackages} parts`,
      );
      break;
    }
    const [rust, go] = [sections?.get('.dep-v0'), sections?.get('.go.buildinfo')];
    const audited = rust && readAuditable(rust, (crate) => refOf(crate, path));
    if (audited?.is === 'refused') notes.missed(`Rust crates: .dep-v0 of ${quote(path)} ${audited.reason}`);
    if (audited?.is === 'ok') {
      notes.read(`Rust crates: ${audited.value.packages.length} linked into ${path}`);
      packages.push({ path, packages: audited.value.packages });
      left -= audited.value.packages.length;
      refs.set(path, [audited.value.root]);
    }
    const built = go && readGoBuildInfo(go, path);
    if (built?.is === 'refused') notes.missed(`Go modules: .go.buildinfo of ${quote(path)} ${built.reason}`);
    if (built?.is === 'ok') {
      notes.read(`Go modules: ${built.value.length} linked into ${path}`);
      packages.push({ path, packages: built.value });
      left -= built.value.length;
      refs.set(path, [...(refs.get(path) ?? []), ...built.value.map(({ ref }) => ref)]);
    }
  }
  return { packages, refs };
}

/** Programs of which nobody says what they are made of. */
export function isOpaque(file: InventoryFile, evidence: ImageEvidence): boolean {
  return file.elf && !evidence.programs.has(file.path);
}
