import { deepEqual, equal } from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { bdbDatabase, ndbDatabase } from '../../../test/rpm-old-databases.ts';
import type { Parsed } from '../../domain/brand.ts';
import { readBdbPackages } from './bdb-packages.ts';
import { readNdbPackages } from './ndb-packages.ts';

const sizes = [5, 100, 3000, 4096, 9000, 30_000];
const headers = sizes.map((size, at) => Uint8Array.from({ length: size }, (_, byte) => (at * 31 + byte) & 0xff));

void suite('readNdbPackages()', () => {
  void test('gives the headers as they were stored, without slots that are free', () => {
    deepEqual(contentsOf(readNdbPackages(ndbDatabase(headers))), contentsOf({ is: 'ok', value: headers }));
    deepEqual(readNdbPackages(ndbDatabase([])), { is: 'ok', value: [] });
  });

  void test('refuses whole what is damaged in any part', () => {
    const whole = ndbDatabase(headers);
    const changes: readonly (readonly [at: number, bytes: string])[] = [
      [0, 'RpmX'],
      [4, '\u0001'],
      [12, '\0\0\0\0'],
      [12, '\u00ff\u00ff\u00ff\u00ff'],
      [32, 'Slop'],
      [40, '\u00ff\u00ff\u00ff\u00ff'],
      [44, '\u0001\0\0\0'],
      [4096, 'BlbX'],
      [4100, '\u0009'],
      [4108, '\u00ff\u00ff\u00ff\u007f'],
      [4096 + 48 - 4, 'BlbX'],
      [4096 + 48 - 8, '\u0009'],
    ];
    for (const [at, bytes] of changes)
      equal(readNdbPackages(changed(whole, at, bytes)).is, 'refused', `${at}: ${JSON.stringify(bytes)}`);
    equal(readNdbPackages(whole.subarray(0, whole.length - 1)).is, 'refused');
    equal(readNdbPackages(whole.subarray(0, 20)).is, 'refused');
  });

  void test('a block that says at both ends that it has more than its place is refused', () => {
    const longer = Buffer.from(ndbDatabase([new Uint8Array(20), new Uint8Array(9000)]));
    const tail = 4096 + 48 - 8;
    for (const at of [4096 + 12, tail]) longer.writeUInt32LE(500, at);
    equal(readNdbPackages(longer).is, 'refused');
  });

  void test('many slots that name one block give no more than the file has', () => {
    const bomb = Buffer.from(ndbDatabase([new Uint8Array(60_000)]));
    for (let slot = 48; slot < 4096; slot += 16) bomb.copy(bomb, slot, 32, 48);
    equal(readNdbPackages(bomb).is, 'refused');
  });
});

void suite('readBdbPackages()', () => {
  void test('gives the headers as they were stored, without the counter, whatever machine wrote it', () => {
    const wanted = contentsOf({ is: 'ok', value: headers });
    for (const littleEndian of [true, false])
      for (const pageBytes of [512, 4096, 32_768])
        deepEqual(contentsOf(readBdbPackages(bdbDatabase(headers, { littleEndian, pageBytes }))), wanted);
    deepEqual(readBdbPackages(bdbDatabase([])), { is: 'ok', value: [] });
  });

  void test('refuses whole what is damaged in any part', () => {
    const one = bdbDatabase([new Uint8Array(9000).fill(7)]);
    // Pages: 0 metadata, 1 free, 2 the counter, 3 the pair, 4 to 6 its value.
    const pair = 3 * 4096;
    const value = 4 * 4096;
    const changes: readonly (readonly [at: number, bytes: string])[] = [
      [12, '\0\0\0\0'],
      [20, '\u0001\0\0\0'],
      [24, '\u0001'],
      [25, '\u0009'],
      [32, '\u00ff'],
      [36, '\u0001'],
      [pair + 8, '\u0009'],
      [pair + 20, '\u0003'],
      [pair + 20, '\u00fe\u00ff'],
      [pair + 28, '\u00ff\u00ff'],
      [pair + 4096 - 17, '\u0004'],
      [pair + 4096 - 13, '\u0063'],
      [pair + 4096 - 9, '\u00ff\u00ff\u00ff\u00ff'],
      [value + 16, '\0\0\0\0'],
      [value + 16, '\u0004'],
      [value + 22, '\u00ff\u00ff'],
      [value + 25, '\u000d'],
    ];
    equal(readBdbPackages(one).is, 'ok');
    for (const [at, bytes] of changes)
      equal(readBdbPackages(changed(one, at, bytes)).is, 'refused', `${at}: ${JSON.stringify(bytes)}`);
    equal(readBdbPackages(one.subarray(0, one.length - 1)).is, 'refused');
    equal(readBdbPackages(one.subarray(0, 20)).is, 'refused');
  });

  void test('two pairs that go on in the same pages, and values that overlap, give no more than the file has', () => {
    const two = Buffer.from(bdbDatabase([new Uint8Array(9000), new Uint8Array(9000)]));
    // The second pair, seven pages on, leads to the value of the first.
    equal(two.readUInt32LE(7 * 4096 + 4096 - 13), 8);
    two.writeUInt32LE(4, 7 * 4096 + 4096 - 13);
    equal(readBdbPackages(two).is, 'refused');
  });
});

test('a hundred pairs of one page that share their bytes give no more than the file has', () => {
  const bomb = Buffer.from(bdbDatabase([new Uint8Array(3000)]));
  const pair = 3 * 4096;
  const [key, value] = [bomb.readUInt16LE(pair + 26), bomb.readUInt16LE(pair + 28)];
  equal(readBdbPackages(bomb).is, 'ok');
  for (let entry = 0; entry < 200; entry += 1) bomb.writeUInt16LE(entry % 2 === 0 ? key : value, pair + 26 + entry * 2);
  bomb.writeUInt16LE(200, pair + 20);
  equal(readBdbPackages(bomb).is, 'refused');
});

test('whatever stands in a database, reading it ends with headers of no more than the file, or a refusal', () => {
  const cases = [
    { read: readNdbPackages, file: ndbDatabase(headers) },
    { read: readBdbPackages, file: bdbDatabase(headers) },
  ];
  for (const { read, file } of cases)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.uint8Array({ maxLength: 8 })), { maxLength: 4 }),
        fc.nat(file.length),
        (junk, end) => {
          const broken = Uint8Array.from(file);
          for (const [at, bytes] of junk) broken.set(bytes.subarray(0, broken.length - at), at);
          for (const bytes of [broken, broken.subarray(0, end)]) {
            const found = read(bytes);
            const total = found.is === 'ok' ? found.value.reduce((sum, { length }) => sum + length, 0) : 0;
            equal(total <= bytes.length, true);
          }
        },
      ),
    );
});

function contentsOf(read: Parsed<readonly Uint8Array[]>): readonly string[] | string {
  return read.is === 'ok' ? read.value.map((bytes) => Buffer.from(bytes).toString('base64')) : read.reason;
}

/** Each character is a byte. */
function changed(file: Uint8Array, at: number, bytes: string): Uint8Array {
  const copy = Uint8Array.from(file);
  copy.set(Buffer.from(bytes, 'latin1'), at);
  return copy;
}
