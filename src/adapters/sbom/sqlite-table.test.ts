import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { sqliteFile } from '../../../test/rpm-database.ts';
import type { SqliteRow } from './sqlite-table.ts';
import { readSqliteTable } from './sqlite-table.ts';

test('the rows are those that SQLite wrote, whatever the pages are and however long the values', async (t) => {
  for (const pageBytes of [512, 4096, 65_536]) {
    const blobs = Array.from({ length: 200 }, (_, at) => new Uint8Array((at * at * 3) % 9000).fill(at));
    blobs.push(new Uint8Array(pageBytes * 5).fill(7));
    const file = await sqliteFile(t, (database) => fill(database, blobs), pageBytes);
    const rows = rowsOf(readSqliteTable(file, 't'));
    equal(rows.length, blobs.length);
    for (const [at, blob] of blobs.entries())
      equal(Buffer.compare(bytesOf(rows[at]?.[1]), blob), 0, `${pageBytes}: ${at}`);
  }
});

test('numbers of every size are read, text is its bytes, and what has no place here is undefined', async (t) => {
  const numbers = [0, 1, -1, 127, -128, 32_767, 8_000_000, -2_000_000_000, 2 ** 40, -(2 ** 50)];
  const file = await sqliteFile(t, (database) => {
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, n, s TEXT, r REAL, x)');
    for (const n of numbers) database.prepare(`INSERT INTO t (n, s, r) VALUES (?, 'é', 1.5)`).run(BigInt(n));
  });
  deepEqual(
    rowsOf(readSqliteTable(file, 't')).map((row) => [
      row[0],
      row[1],
      Buffer.from(bytesOf(row[2])).toString(),
      row[3],
      row[4],
    ]),
    numbers.map((n) => [undefined, n, 'é', undefined, undefined]),
  );
});

test('a view is no table, nor is one of another name', async (t) => {
  const file = await sqliteFile(t, (database) => {
    database.exec(
      'CREATE VIEW t AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x, zeroblob(9) FROM n',
    );
  });
  deepEqual(readSqliteTable(file, 't'), { is: 'refused', reason: 'has no table t' });
  deepEqual(readSqliteTable(file, 'u'), { is: 'refused', reason: 'has no table u' });
});

test('pages that lead in a circle, or one row told a thousand times, are refused', async (t) => {
  const file = await manyRows(t, 512);
  const root = 2 * 512 - 512;
  equal(file[root], 5);
  const circle = Buffer.from(file);
  circle.writeUInt16BE(0, root + 3);
  circle.writeUInt32BE(2, root + 8);
  equal(readSqliteTable(circle, 't').is, 'refused');
  const one = Buffer.from(await sqliteFile(t, (database) => fill(database, [new Uint8Array(400)])));
  const page = 4096;
  for (let cell = 0; cell < 1000; cell += 1) one.writeUInt16BE(one.readUInt16BE(page + 8), page + 8 + cell * 2);
  one.writeUInt16BE(1000, page + 3);
  equal(readSqliteTable(one, 't').is, 'refused');
});

test('more than a hundred thousand rows are refused', async (t) => {
  const count = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 150000)';
  const file = await sqliteFile(t, (database) => {
    database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB); ${count} INSERT INTO t (b) SELECT 'x' FROM n`);
  });
  equal(readSqliteTable(file, 't').is, 'refused');
});

test('a file that was cut off or changed anywhere ends with rows or a refusal', async (t) => {
  const file = await manyRows(t, 512);
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, junk) => {
      const broken = Uint8Array.from(file);
      broken.set(junk.subarray(0, broken.length - at), at);
      readSqliteTable(broken, 't');
      readSqliteTable(file.subarray(0, at), 't');
      readSqliteTable(junk, 't');
    }),
  );
});

async function manyRows(t: Parameters<typeof sqliteFile>[0], pageBytes: number): Promise<Uint8Array> {
  const blobs = Array.from({ length: 50 }, (_, at) => new Uint8Array(at * 40).fill(at));
  return sqliteFile(t, (database) => fill(database, blobs), pageBytes);
}

function fill(database: DatabaseSync, blobs: readonly Uint8Array[]): void {
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)');
  for (const blob of blobs) database.prepare('INSERT INTO t (b) VALUES (?)').run(blob);
}

function rowsOf(read: ReturnType<typeof readSqliteTable>): readonly SqliteRow[] {
  if (read.is === 'refused') throw new Error(read.reason);
  return read.value;
}

function bytesOf(value: SqliteRow[number]): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error('The value is not bytes');
}
