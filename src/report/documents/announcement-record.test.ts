import { deepEqual, match } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import type { AnnouncementRecord } from './announcement-record.ts';
import { announcementStatement, parseAnnouncementRecord } from './announcement-record.ts';
import { parseStatement, statementBytes } from './statement.ts';

const record: AnnouncementRecord = {
  schema: 'cutwater.announced/1',
  project: 'app',
  version: '1.1.0',
  release: objectId('a'.repeat(40)),
  kind: 'withdrawn',
  number: 2,
  channel: 'chat',
  key: 'k',
  announcement: digestOf('text'),
  sentAt: 1_800_000_000,
};

test('parseAnnouncementRecord() reads what announcementStatement() writes, with and without a receipt', () => {
  for (const one of [record, { ...record, id: '42', url: 'https://chat.example.org/42' }])
    deepEqual(read(one), { is: 'ok', value: one });
});

test('parseAnnouncementRecord() refuses what is missing, foreign or of another kind', () => {
  const { channel: _, ...incomplete } = record;
  const cases = [
    incomplete,
    { ...record, kind: 'edited' },
    { ...record, number: -1 },
    { ...record, more: 1 },
    { ...record, id: '' },
  ];
  for (const one of cases) {
    const found = read(one as AnnouncementRecord);
    match(found.is === 'refused' ? found.reason : 'ok', /^is no record of an announcement: /, JSON.stringify(one));
  }
});

function read(predicate: AnnouncementRecord) {
  const bytes = statementBytes(announcementStatement(predicate, { name: 'e.org/app', index: digestOf('image') }));
  const statement = parseStatement(bytes);
  return statement.is === 'ok' ? parseAnnouncementRecord(statement.value) : statement;
}
