import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Scope } from './make/folder.ts';
import { makeFolder } from './make/folder.ts';

export interface TestTag {
  readonly tag: number;
  readonly value: string | readonly string[] | readonly number[];
}

/** A header as rpm keeps it in its database: a table of tags, and their values. */
export function rpmHeader(tags: readonly TestTag[]): Uint8Array {
  const table: Buffer[] = [];
  const values: Buffer[] = [];
  let from = 0;
  for (const { tag, value } of tags) {
    const isNumbers = typeof value !== 'string' && value.every((one) => typeof one === 'number');
    const list: readonly (string | number)[] = typeof value === 'string' ? [value] : value;
    const bytes = Buffer.concat(list.map((one) => (typeof one === 'number' ? word(one) : Buffer.from(`${one}\0`))));
    // Numbers are aligned.
    const space = isNumbers ? (4 - (from % 4)) % 4 : 0;
    values.push(Buffer.alloc(space), bytes);
    const type = isNumbers ? 4 : typeof value === 'string' ? 6 : 8;
    table.push(word(tag), word(type), word(from + space), word(list.length));
    from += space + bytes.length;
  }
  return Buffer.concat([word(tags.length), word(from), ...table, ...values]);
}

/** The tags that every package has, and those of its files. */
export function rpmTags(
  name: string,
  { version, files = [] }: { readonly version: string; readonly files?: readonly string[] },
): readonly TestTag[] {
  const [, epoch, number = '', release = ''] = /^(?:(\d+):)?([^-]*)-(.*)$/.exec(version) ?? [];
  const folders = [...new Set(files.map(folderOf))];
  return [
    { tag: 1000, value: name },
    { tag: 1001, value: number },
    { tag: 1002, value: release },
    ...(epoch === undefined ? [] : [{ tag: 1003, value: [Number(epoch)] }]),
    { tag: 1022, value: 'x86_64' },
    { tag: 1044, value: `${name}-${number}-${release}.src.rpm` },
    ...(files.length === 0
      ? []
      : [
          { tag: 1116, value: files.map((file) => folders.indexOf(folderOf(file))) },
          { tag: 1117, value: files.map((file) => file.slice(folderOf(file).length)) },
          { tag: 1118, value: folders },
        ]),
  ];
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

/** A database that SQLite itself wrote, with the table that rpm has. */
export async function rpmDatabase(scope: Scope, headers: readonly Uint8Array[]): Promise<Uint8Array> {
  return sqliteFile(scope, (database) => {
    database.exec(`CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)`);
    database.exec(`CREATE TABLE 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)`);
    const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
    for (const header of headers) insert.run(header);
  });
}

/** The file that SQLite leaves behind when it was written to and closed. */
export async function sqliteFile(
  scope: Scope,
  write: (database: DatabaseSync) => void,
  pageBytes = 4096,
): Promise<Uint8Array> {
  const path = join(await makeFolder(scope), 'database');
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA page_size = ${pageBytes}`);
  // Without one transaction each write waits for the disk.
  database.exec('BEGIN');
  write(database);
  database.exec('COMMIT');
  database.close();
  return readFile(path);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
