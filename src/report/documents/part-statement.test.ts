import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import type { PartRecord } from '../../domain/part-record.ts';
import { readBuiltCommit, readProvenance } from './parse-provenance.ts';
import { partStatement, readPartRecord } from './part-statement.ts';
import type { ReadStatement } from './statement.ts';
import { namesImage, parseStatement, statementBytes } from './statement.ts';

const record: PartRecord = {
  schema: 'cutwater.part/1',
  project: 'tiny',
  image: 'example.org/tiny',
  platform: 'linux/arm64',
  index: digestOf('index'),
  manifest: digestOf('manifest'),
  tag: { name: 'v1.2.3', object: objectId('a'.repeat(40)) },
  commit: objectId('b'.repeat(40)),
  policy: digestOf('policy'),
  builder: { type: 'urn:cutwater:build:assemble:v1', id: 'https://example.org/ci' },
};

function reread(predicate: unknown): ReadStatement {
  const parsed = parseStatement(statementBytes({ ...partStatement(record), predicate }));
  ok(parsed.is === 'ok', JSON.stringify(parsed));
  return parsed.value;
}

test('the record of a part reads back, and speaks of its index and of the image in it', () => {
  const statement = reread(record);
  deepEqual(readPartRecord(statement), { is: 'ok', value: record });
  ok(namesImage(statement, 'example.org/tiny', record.index));
  ok(namesImage(statement, 'example.org/tiny#linux/arm64', record.manifest));
});

test('it is no provenance: nothing that looks for the image of a tag or of a commit takes a part for one', () => {
  equal(readProvenance(reread(record)).is, 'refused');
  equal(readBuiltCommit(reread(record)).is, 'refused');
  equal(readPartRecord({ ...reread(record), predicateType: 'https://slsa.dev/provenance/v1' }).is, 'refused');
});

test('a record with a member missing, added or of another form is refused', () => {
  const { builder: _, ...without } = record;
  for (const [predicate, words] of [
    [without, /has no "builder"/],
    [{ ...record, note: 'x' }, /unknown member "note"/],
    [{ ...record, manifest: 'latest' }, /manifest is not "sha256:"/],
    [{ ...record, tag: { name: 'v1.2.3', object: 'main' } }, /tag\.object is not a git object id/],
    [{ ...record, schema: 'cutwater.part/2' }, /schema is not "cutwater\.part\/1"/],
    [{ ...record, builder: { type: 'x', id: 'one\ntwo' } }, /builder\.id is not one line/],
  ] as const) {
    const read = readPartRecord(reread(predicate));
    match(read.is === 'refused' ? read.reason : 'accepted', words);
  }
});
