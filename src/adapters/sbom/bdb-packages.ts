import type { Parsed } from '../../domain/brand.ts';
import { Damage, part, readUndamaged, spender, viewOf } from './damaged-database.ts';
import { maximumPackages } from './installed-package.ts';

/**
 * The headers in a hash database of Berkeley DB, the `Packages` of rpm before 4.16 (RHEL 8, Amazon Linux 2): the values of all
 * its pairs but the counter (libdb 5.3, dbinc/db_page.h; numbers are in the order of the machine that wrote it). Every page is
 * taken once, whether it holds pairs or goes on with a value. Refused where anything does not fit, where values together have
 * more than the file, and above 100000 packages.
 */
export function readBdbPackages(bytes: Uint8Array): Parsed<readonly Uint8Array[]> {
  return readUndamaged('hash database of Berkeley DB', () => {
    const file = openFile(bytes);
    const packages: Uint8Array[] = [];
    for (let number = 1; number <= file.lastPage; number += 1) {
      const page = file.look(number);
      if (!pagesOfPairs.has(page.getUint8(25))) continue;
      file.take(number);
      for (const value of readValues(file, page)) {
        if (packages.length === maximumPackages) throw new Damage();
        packages.push(value);
      }
    }
    return packages;
  });
}

interface BdbFile {
  readonly littleEndian: boolean;
  readonly lastPage: number;
  look(page: number): DataView;
  /** The same, once for each page. */
  take(page: number): DataView;
  spend(bytes: number): void;
}

function openFile(bytes: Uint8Array): BdbFile {
  const view = viewOf(bytes);
  const littleEndian = view.getUint32(12, true) === hashMagic;
  const word = (at: number): number => view.getUint32(at, littleEndian);
  const [pageBytes, lastPage] = [word(20), word(32)];
  const encrypted = view.getUint8(24) !== 0;
  const partitioned = word(36) !== 0;
  if (word(12) !== hashMagic || view.getUint8(25) !== metaPage || encrypted || partitioned) throw new Damage();
  if (!pageSizes.has(pageBytes) || (lastPage + 1) * pageBytes > bytes.length) throw new Damage();
  const taken = new Set<number>();
  const look = (number: number): DataView => {
    if (number < 1 || number > lastPage) throw new Damage();
    const page = viewOf(bytes.subarray(number * pageBytes, (number + 1) * pageBytes));
    if (page.getUint32(8, littleEndian) !== number) throw new Damage();
    return page;
  };
  return {
    littleEndian,
    lastPage,
    look,
    take(number) {
      if (taken.has(number)) throw new Damage();
      taken.add(number);
      return look(number);
    },
    spend: spender(bytes.length),
  };
}

const hashMagic = 0x61561;
const pageSizes: ReadonlySet<number> = new Set([512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]);
const [metaPage, overflowPage] = [8, 7];
/** Without an order, as before version 4.6, and with one. */
const pagesOfPairs: ReadonlySet<number> = new Set([2, 13]);
const pageHeaderBytes = 26;

/** The second of each pair. A pair is two offsets in the page; items are written from its end downwards. */
function readValues(file: BdbFile, page: DataView): readonly Uint8Array[] {
  const { littleEndian, spend } = file;
  const entries = page.getUint16(20, littleEndian);
  if (entries % 2 !== 0) throw new Damage();
  const offsetOf = (entry: number): number =>
    entry < 0 ? page.byteLength : page.getUint16(pageHeaderBytes + entry * 2, littleEndian);
  const values: Uint8Array[] = [];
  for (let entry = 1; entry < entries; entry += 2) {
    const [start, end] = [offsetOf(entry), offsetOf(entry - 1)];
    const kind = page.getUint8(start);
    if (kind === valueElsewhere) {
      const [first, length] = [page.getUint32(start + 4, littleEndian), page.getUint32(start + 8, littleEndian)];
      values.push(readElsewhere(file, first, length));
    } else if (kind === valueHere && end > start) {
      const value = part(page, start + 1, end - start - 1);
      spend(value.length);
      // The counter of packages has the key 0 and is a number.
      if (value.length !== 4) values.push(value);
    } else throw new Damage();
  }
  return values;
}

const [valueHere, valueElsewhere] = [1, 3];

/** A value that goes on from page to page, each of which says how much of it it has. What it says itself may be any number. */
function readElsewhere(file: BdbFile, first: number, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (let number = first; number !== 0;) {
    const page = file.take(number);
    const bytes = page.getUint16(22, file.littleEndian);
    if (page.getUint8(25) !== overflowPage) throw new Damage();
    parts.push(part(page, pageHeaderBytes, bytes));
    at += bytes;
    number = page.getUint32(16, file.littleEndian);
  }
  if (at !== length) throw new Damage();
  return Buffer.concat(parts);
}
