import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { Damage, part, readUndamaged, spender, viewOf } from './damaged-database.ts';

/** The columns of a row. Text is its bytes; undefined stands for NULL, floating-point numbers and the row's own id. */
export type SqliteRow = readonly (number | Uint8Array | undefined)[];

/**
 * The rows of a table in an SQLite 3 database (sqlite.org/fileformat2.html) that is whole in its file, with nothing in a
 * journal beside it. SQLite itself would trust a stranger's file too much: a table may be a view that never ends, and
 * pages may lead in circles. Here no page is read twice, and no more is given than the file has. Refused where anything
 * does not fit, and above 100000 rows.
 */
export function readSqliteTable(bytes: Uint8Array, table: string): Parsed<readonly SqliteRow[]> {
  const rows = readUndamaged('SQLite database', () => {
    const file = openFile(bytes);
    const roots = readRows(file, 1)
      .filter(([type, name]) => textOf(type) === 'table' && textOf(name) === table)
      .map((row) => row[3]);
    const [root, ...more] = roots;
    return typeof root !== 'number' || more.length > 0 ? undefined : readRows(file, root);
  });
  if (rows.is === 'refused') return rows;
  return rows.value === undefined ? refuse(`has no table ${table}`) : accept(rows.value);
}

interface SqliteFile {
  /** Bytes of a page that are used. */
  readonly usable: number;
  /** Pages count from 1. Each is given once. */
  takePage(number: number): DataView;
  /** Counts what rows have; all together cannot have more than the file, though cells may overlap. */
  spend(bytes: number): void;
}

function openFile(bytes: Uint8Array): SqliteFile {
  const view = viewOf(bytes);
  const stated = view.getUint16(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  const usable = pageBytes - view.getUint8(20);
  const isUtf8 = view.getUint32(56) <= 1;
  if (!Buffer.from(bytes.subarray(0, 16)).equals(magic) || pageBytes < 512 || usable < 480 || !isUtf8)
    throw new Damage();
  const taken = new Set<number>();
  return {
    usable,
    takePage(number) {
      const end = number * pageBytes;
      if (number < 1 || end > bytes.length || taken.has(number)) throw new Damage();
      taken.add(number);
      return viewOf(bytes.subarray(end - pageBytes, end));
    },
    spend: spender(bytes.length),
  };
}

const magic = Buffer.from('SQLite format 3\0');

/** The rows below a page, in the order of their ids. */
function readRows(file: SqliteFile, root: number): readonly SqliteRow[] {
  const rows: SqliteRow[] = [];
  const pending = [root];
  for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
    const page = file.takePage(number);
    const header = number === 1 ? 100 : 0;
    const type = page.getUint8(header);
    if (type !== leafPage && type !== innerPage) throw new Damage();
    const cells = Array.from({ length: page.getUint16(header + 3) }, (_, at) =>
      page.getUint16(header + (type === leafPage ? 8 : 12) + at * 2),
    );
    if (type === leafPage) for (const cell of cells) rows.push(readRow(readPayload(file, page, cell)));
    else pending.push(page.getUint32(header + 8), ...cells.map((cell) => page.getUint32(cell)).toReversed());
    if (rows.length > maximumRows) throw new Damage();
  }
  return rows;
}

// Ten times what a whole distribution has packages. A page has 32767 rows at most, so it is passed by no more than that.
const maximumRows = 100_000;
const leafPage = 13;
const innerPage = 5;

/** What a cell has, put together with the pages it goes on in. */
function readPayload(file: SqliteFile, page: DataView, cell: number): DataView {
  const [length, afterLength] = readVarint(page, cell);
  const [, start] = readVarint(page, afterLength);
  file.spend(length);
  const local = localBytes(length, file.usable);
  const payload = new Uint8Array(length);
  payload.set(part(page, start, local));
  let next = local < length ? page.getUint32(start + local) : 0;
  for (let at = local; at < length;) {
    const overflow = file.takePage(next);
    const bytes = part(overflow, 4, Math.min(length - at, file.usable - 4));
    payload.set(bytes, at);
    at += bytes.length;
    next = overflow.getUint32(0);
  }
  return viewOf(payload);
}

/** How much of a payload is in the cell itself ("B-tree Cell Format"). */
function localBytes(length: number, usable: number): number {
  const most = usable - 35;
  if (length <= most) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const rest = least + ((length - least) % (usable - 4));
  return rest <= most ? rest : least;
}

/** "Record Format". */
function readRow(record: DataView): SqliteRow {
  const [headerEnd, first] = readVarint(record, 0);
  const row: (number | Uint8Array | undefined)[] = [];
  let body = headerEnd;
  for (let at = first; at < headerEnd;) {
    const [type, next] = readVarint(record, at);
    const length = type >= 12 ? Math.floor((type - 12) / 2) : (fixedBytes[type] ?? 0);
    const bytes = part(record, body, length);
    if (type >= 12) row.push(bytes);
    else if (type === 0 || type === 7) row.push(undefined);
    else row.push(type >= 8 ? type - 8 : readInteger(bytes));
    body += length;
    at = next;
  }
  return row;
}

const fixedBytes: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8];

function readInteger(bytes: Uint8Array): number {
  return Number(BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`)));
}

/** A number of one to nine bytes, and where it ends. Those above 2^53 lose digits: no length is so large. */
function readVarint(view: DataView, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = start; at < start + 8; at += 1) {
    const byte = view.getUint8(at);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + 1];
  }
  return [value * 256 + view.getUint8(start + 8), start + 9];
}

function textOf(value: SqliteRow[number]): string | undefined {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined;
}
