import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/registry-fixture.ts';
import { isServedName } from './repository-name.ts';
import { createUploadSessions } from './upload-sessions.ts';

const name = 'acme/app';
assert.ok(isServedName(name));

test('the first uploads of a new registry may begin at the same moment, before it has a folder for them', async (t) => {
  const folder = join(await temporaryFolder(t), 'new', 'uploads');
  const sessions = createUploadSessions(folder);
  const begun = await Promise.all(Array.from({ length: 20 }, () => sessions.start(name, undefined)));
  assert.equal(new Set(begun.map(({ id }) => id)).size, 20);
  assert.equal((await readdir(folder)).length, 20);
});

test('a folder that could not be made is tried again by the next upload', async (t) => {
  const place = join(await temporaryFolder(t), 'place');
  await writeFile(place, 'a file where a folder should be');
  const sessions = createUploadSessions(join(place, 'uploads'));
  await assert.rejects(sessions.start(name, undefined), /ENOTDIR/);
  await rm(place);
  await sessions.start(name, undefined);
  assert.equal((await readdir(join(place, 'uploads'))).length, 1);
});
