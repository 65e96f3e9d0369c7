import { quote } from '../../domain/quote.ts';
import type { ImageInventory } from '../../ports/image-files.ts';
import { readDpkgList, readDpkgStatus, readMd5sums } from './dpkg.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import type { InstalledPackage } from './installed-package.ts';
import { installedComponent, maximumPackages } from './installed-package.ts';
import type { LockedPackage } from './locked-package.ts';
import type { OsRelease } from './os-release.ts';

interface DebianEvidence {
  readonly packages: readonly { readonly path: string; readonly packages: readonly LockedPackage[] }[];
  /** Paths of files that belong to a package or to the database. */
  readonly explained: readonly string[];
}

type Listed = Omit<InstalledPackage, 'files'>;

/** The packages of dpkg's database, or of what distroless images keep of it, and the files that are theirs. */
export function readInstalledDebian(
  image: ImageInventory,
  notes: EvidenceNotes,
  os: OsRelease | undefined,
): DebianEvidence {
  const packages: DebianEvidence['packages'][number][] = [];
  const explained: string[] = [];
  const contents = new Map(
    image.files.flatMap(({ path, content }) => (content === undefined ? [] : [[path, content]])),
  );
  for (const { path } of image.files) {
    const kind = kindOf(path);
    if (kind === undefined) continue;
    if (packages.length === maximumPackages) {
      notes.missed(`dpkg packages: those from ${quote(path)} on were not read, the others are ${maximumPackages}`);
      break;
    }
    const content = contents.get(path);
    const read = content && readDpkgStatus(content, kind);
    if (read?.is !== 'ok') {
      notes.missed(`dpkg packages: ${quote(path)} ${read?.reason ?? 'is too large'}`);
      continue;
    }
    if (kind === 'status') notes.read(`dpkg packages: ${read.value.length} of ${path}`);
    packages.push({
      path,
      packages: read.value.map((found) => installedComponent('deb', { ...found, files: [] }, os)),
    });
    explained.push(path);
    const files = kind === 'status' ? filesOf(read.value, contents) : filesBeside(path, contents);
    for (const file of files) explained.push(image.standsAt(file) ?? file);
  }
  const parts = packages.filter(({ path }) => kindOf(path) === 'status.d').length;
  if (parts > 0) notes.read(`dpkg packages: ${parts} files of ${folder}status.d`);
  return { packages, explained };
}

const folder = '/var/lib/dpkg/';

function kindOf(path: string): 'status' | 'status.d' | undefined {
  if (path === `${folder}status`) return 'status';
  return path.startsWith(`${folder}status.d/`) && !path.endsWith('.md5sums') ? 'status.d' : undefined;
}

/** Of several architectures the database's own files have the architecture in their names. */
function filesOf(packages: readonly Listed[], contents: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const bases = new Set(packages.flatMap(({ name, architecture }) => [name, `${name}:${architecture}`]));
  return [...bases].flatMap((base) => {
    const start = `${folder}info/${base}.`;
    const list = contents.get(`${start}list`);
    return list === undefined ? [] : [...databaseFiles.map((end) => start + end), ...readDpkgList(list)];
  });
}

function filesBeside(path: string, contents: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const sums = contents.get(`${path}.md5sums`);
  return sums === undefined ? [] : [`${path}.md5sums`, ...readMd5sums(sums)];
}

// dpkg(1), "FILES", and what debhelper adds.
const databaseFiles = [
  'list',
  'md5sums',
  'conffiles',
  'preinst',
  'postinst',
  'prerm',
  'postrm',
  'triggers',
  'shlibs',
  'symbols',
  'templates',
  'config',
];
