import { quote } from '../../domain/quote.ts';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { ImageInventory } from '../../ports/image-files.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import type { InstalledPackage } from './installed-package.ts';
import { installedComponent, maximumPathText, pathTextOf } from './installed-package.ts';
import type { LockedPackage } from './locked-package.ts';
import type { OsRelease } from './os-release.ts';
import { readRpmHeader } from './rpm-header.ts';
import { readSqliteTable } from './sqlite-table.ts';

/** The database that rpm 4.16 and later write. */
export function isRpmSqlite(path: string): boolean {
  return /^\/(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/rpmdb\.sqlite$/.test(path);
}

/** Those of Berkeley DB and of rpm's own format "ndb". */
const otherDatabase = /^\/(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/Packages(?:\.db)?$/;

interface RpmEvidence {
  readonly packages: readonly { readonly path: string; readonly packages: readonly LockedPackage[] }[];
  /** Paths of files that belong to a package or to the database. */
  readonly explained: readonly string[];
}

/** The packages of rpm's databases, and the files that are theirs. A database of another form is only seen. */
export function readInstalledRpm(image: ImageInventory, notes: EvidenceNotes, os: OsRelease | undefined): RpmEvidence {
  const packages: RpmEvidence['packages'][number][] = [];
  const explained: string[] = [];
  for (const { path } of image.files.filter((file) => otherDatabase.test(file.path)))
    notes.missed(`rpm packages: the database ${quote(path)} was seen and not read`);
  for (const { path, content } of image.files.filter((file) => isRpmSqlite(file.path))) {
    const beside = image.files.filter((file) => besideDatabase.some((end) => file.path === path + end));
    const isWhole = beside.every((file) => file.size === 0 || file.path.endsWith('-shm'));
    const read = isWhole ? readDatabase(content) : refuse('has changes in a journal beside it');
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

// What SQLite keeps of changes that are not yet in the database.
const besideDatabase: readonly string[] = ['-shm', '-wal', '-journal'];

/** Refused whole where one package cannot be read: half a list would look like a whole one. */
function readDatabase(bytes: Uint8Array | undefined): Parsed<readonly InstalledPackage[]> {
  if (bytes === undefined) return refuse('is too large');
  const rows = readSqliteTable(bytes, 'Packages');
  if (rows.is === 'refused') return rows;
  const packages: InstalledPackage[] = [];
  let left = maximumPathText;
  for (const [, blob] of rows.value) {
    const read = blob instanceof Uint8Array ? readRpmHeader(blob, left) : refuse('is no header');
    if (read.is === 'refused') return refuse(`has a package that ${read.reason}`);
    if (read.value === undefined) continue;
    packages.push(read.value);
    left -= pathTextOf(read.value.files);
  }
  return accept(packages);
}
