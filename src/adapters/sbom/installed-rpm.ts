import { quote } from '../../domain/quote.ts';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { ImageInventory, InventoryFile } from '../../ports/image-files.ts';
import { readBdbPackages } from './bdb-packages.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import type { InstalledPackage } from './installed-package.ts';
import { installedComponent, maximumPathText, pathTextOf } from './installed-package.ts';
import type { LockedPackage } from './locked-package.ts';
import { readNdbPackages } from './ndb-packages.ts';
import type { OsRelease } from './os-release.ts';
import { readRpmHeader } from './rpm-header.ts';
import { readSqliteTable } from './sqlite-table.ts';

/** The files in which rpm keeps its packages, each form under its own name. */
export function isRpmDatabase(path: string): boolean {
  return formOf(path) !== undefined;
}

/** The newest form first: rpm turns an older one into the newer one, and may leave the older one behind. */
const forms = ['rpmdb.sqlite', 'Packages.db', 'Packages'] as const;
type Form = (typeof forms)[number];

function formOf(path: string): Form | undefined {
  const name = /^\/(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/([A-Za-z.]+)$/.exec(path)?.[1];
  return forms.find((form) => form === name);
}

interface RpmEvidence {
  readonly packages: readonly { readonly path: string; readonly packages: readonly LockedPackage[] }[];
  /** Paths of files that belong to a package or to the database. */
  readonly explained: readonly string[];
}

/** The packages of rpm's databases, and the files that are theirs. */
export function readInstalledRpm(image: ImageInventory, notes: EvidenceNotes, os: OsRelease | undefined): RpmEvidence {
  const packages: RpmEvidence['packages'][number][] = [];
  const explained: string[] = [];
  for (const { path, content } of image.files) {
    const form = formOf(path);
    if (form === undefined) continue;
    const beside = filesBeside(image, path, form);
    const read = newerThan(image, path, form) ?? openChanges(beside) ?? readDatabase(content, form);
    if (read.is === 'refused') {
      notes.missed(`rpm packages: ${quote(path)} ${read.reason}`);
      continue;
    }
    notes.read(`rpm packages: ${read.value.length} of ${path}`);
    packages.push({ path, packages: read.value.map((found) => installedComponent('rpm', found, os)) });
    explained.push(path, ...beside.map((file) => file.path));
    for (const file of read.value.flatMap(({ files }) => files)) explained.push(image.standsAt(file) ?? file);
  }
  return { packages, explained };
}

/** Only one database of a folder counts, as for rpm itself: what an older one says may have been removed since. */
function newerThan({ files }: ImageInventory, path: string, form: Form): Parsed<never> | undefined {
  const folder = path.slice(0, -form.length);
  const newer = forms.slice(0, forms.indexOf(form)).find((name) => files.some((file) => file.path === folder + name));
  return newer === undefined ? undefined : refuse(`was seen and not read, since ${newer} is beside it`);
}

/** The other files of a database: indexes, which rpm makes again out of the packages, and what SQLite keeps of changes. */
function filesBeside({ files }: ImageInventory, path: string, form: Form): readonly InventoryFile[] {
  const folder = path.slice(0, -form.length);
  return files.filter((file) => {
    if (form === 'rpmdb.sqlite') return besideDatabase.some((end) => file.path === path + end);
    return file.path.startsWith(folder) && indexes.test(file.path.slice(folder.length));
  });
}

// Of ndb, and of Berkeley DB with its environment.
const indexes =
  /^(?:Index\.db|Basenames|Conflictname|Dirnames|Enhancename|Filetriggername|Group|Installtid|Name|Obsoletename|Providename|Provideversion|Pubkeys|Recommendname|Requirename|Requireversion|Sha1header|Sigmd5|Suggestname|Supplementname|Transfiletriggername|Triggername|__db\.\d{3}|\.dbenv\.lock)$/;

function openChanges(beside: readonly InventoryFile[]): Parsed<never> | undefined {
  const changes = beside.some(({ path, size }) => size > 0 && /-(?:wal|journal)$/.test(path));
  return changes ? refuse('has changes in a journal beside it') : undefined;
}

// What SQLite keeps of changes that are not yet in the database.
const besideDatabase: readonly string[] = ['-shm', '-wal', '-journal'];

/** Refused whole where one package cannot be read: half a list would look like a whole one. */
function readDatabase(bytes: Uint8Array | undefined, form: Form): Parsed<readonly InstalledPackage[]> {
  if (bytes === undefined) return refuse('is too large');
  const headers = readHeaders(bytes, form);
  if (headers.is === 'refused') return headers;
  const packages: InstalledPackage[] = [];
  let left = maximumPathText;
  for (const header of headers.value) {
    const read = header === undefined ? refuse('is no header') : readRpmHeader(header, left);
    if (read.is === 'refused') return refuse(`has a package that ${read.reason}`);
    if (read.value === undefined) continue;
    packages.push(read.value);
    left -= pathTextOf(read.value.files);
  }
  return accept(packages);
}

function readHeaders(bytes: Uint8Array, form: Form): Parsed<readonly (Uint8Array | undefined)[]> {
  switch (form) {
    case 'rpmdb.sqlite': {
      const rows = readSqliteTable(bytes, 'Packages');
      if (rows.is === 'refused') return rows;
      return accept(rows.value.map(([, blob]) => (blob instanceof Uint8Array ? blob : undefined)));
    }
    case 'Packages.db':
      return readNdbPackages(bytes);
    case 'Packages':
      return readBdbPackages(bytes);
  }
}
