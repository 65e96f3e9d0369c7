import assert from 'node:assert/strict';
import { access, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { errorCode, send, startRegistry, temporaryFolder } from '../../test/registry-fixture.ts';
import type { RegistryRepository } from '../adapters/oci-http/open-repository.ts';
import { openRepository } from '../adapters/oci-http/open-repository.ts';
import { digestOf } from '../domain/digest.ts';
import { CutwaterError } from '../domain/error.ts';
import type { Registry } from './create-registry.ts';
import { createRegistry } from './create-registry.ts';
import { faultReply } from './exchange.ts';

/** Linux has a file that every write finds full. */
const fullFile = '/dev/full';
const needsFullFile = {
  skip: await access(fullFile).then(
    () => false,
    () => `there is no ${fullFile}`,
  ),
};

const bytes = Buffer.from('{"a":1}');
const blob = { mediaType: 'application/json', digest: digestOf(bytes), size: bytes.length };

/** From here on, what comes for the uploads that are open finds no room. */
async function fillDisk(folder: string): Promise<void> {
  const uploads = join(folder, '.uploads');
  for (const name of await readdir(uploads)) {
    await rm(join(uploads, name));
    await symlink(fullFile, join(uploads, name));
  }
}

test('over HTTP a full disk is 507 in the shape of the distribution-spec, without a path', needsFullFile, async (t) => {
  const { port, folder } = await startRegistry(t);
  const begun = await send(port, { method: 'POST', path: '/v2/team/app/blobs/uploads/' });
  await fillDisk(folder);
  const path = begun.headers.location ?? '';
  const answer = await send(port, { method: 'PATCH', path, body: bytes });
  assert.deepEqual([answer.status, errorCode(answer)], [507, 'STORAGE_FULL']);
  assert.match(answer.body.toString(), /disk of the registry is full/);
  assert.doesNotMatch(answer.body.toString(), /uploads|ENOSPC/);
});

test('a push to a registry with a full disk says to make room, and is not tried again', needsFullFile, async (t) => {
  const { repository, asked } = await openFilling(t);
  await assert.rejects(
    repository.writeBlob(blob, () => oneChunk(bytes)),
    (error: unknown) => {
      assert.ok(error instanceof CutwaterError, String(error));
      assert.equal(error.code, 'DISK');
      assert.match(error.message, /507 STORAGE_FULL "The disk of the registry is full/);
      assert.match(error.hint, /^Make room on the disk of the registry/);
      return true;
    },
  );
  assert.equal(asked.filter((line) => line.startsWith('PUT')).length, 1, asked.join('\n'));
});

test('a disk without room or quota is full, whoever noticed it; other failures of it are not', () => {
  const failure = (code: string): Error => Object.assign(new Error(code), { code });
  const wrapped = (code: string): Error => new CutwaterError('DISK', 'Cannot write "x"', { cause: failure(code) });
  const statuses = (make: (code: string) => Error): readonly number[] =>
    ['ENOSPC', 'EDQUOT', 'EIO', 'EACCES'].map((code) => faultReply(make(code)).status);
  assert.deepEqual(statuses(failure), [507, 507, 500, 500]);
  assert.deepEqual(statuses(wrapped), [507, 507, 500, 500]);
});

/** A repository of the registry in this process, whose disk is full once an upload has begun. */
async function openFilling(
  t: TestContext,
): Promise<{ readonly repository: RegistryRepository; readonly asked: readonly string[] }> {
  const folder = await temporaryFolder(t);
  const registry = createRegistry({ folder });
  const asked: string[] = [];
  const answer: Registry['answer'] = async (request) => {
    asked.push(`${request.method} ${request.target}`);
    const reply = await registry.answer(request);
    if (request.method === 'POST') await fillDisk(folder);
    return reply;
  };
  const repository = openRepository({ registry: 'embedded', repository: 'acme/app' }, { answer, environment: {} });
  t.after(() => repository.close());
  return { repository, asked };
}

async function* oneChunk(chunk: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  yield chunk;
}
