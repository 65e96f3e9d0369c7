import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { createRegistry } from '../../registry-server/create-registry.ts';
import type { OpenRepositoryOptions, RegistryRepository } from './open-repository.ts';
import { openRepository } from './open-repository.ts';
import { sampleIndex, stableTag } from './scripted-registry.ts';

const mebibyte = 1024 * 1024;

function openDirectly(folder: string, options: OpenRepositoryOptions = {}): RegistryRepository {
  const { answer } = createRegistry({ folder });
  return openRepository({ registry: 'embedded', repository: 'acme/app' }, { answer, environment: {}, ...options });
}

function blobOf(bytes: Uint8Array) {
  return { mediaType: mediaTypes.ociLayerTar, digest: digestOf(bytes), size: bytes.length };
}

/** As a file is read: in turn into the same few pieces of memory. */
async function* reusing(bytes: Uint8Array, pieceSize: number): AsyncGenerator<Uint8Array> {
  const ring = Array.from({ length: 4 }, () => Buffer.alloc(pieceSize));
  for (let turn = 0; turn * pieceSize < bytes.length; turn += 1) {
    const part = bytes.subarray(turn * pieceSize, (turn + 1) * pieceSize);
    const piece = ring[turn % ring.length]?.subarray(0, part.length) ?? Buffer.alloc(0);
    piece.set(part);
    yield await Promise.resolve(piece);
  }
}

test('a large blob comes back as it went, whoever uses the memory of its pieces again', async (t) => {
  const repository = openDirectly(await makeFolder(t));
  const bytes = Buffer.from(Array.from({ length: 5 * mebibyte }, (_, at) => (at * 31 + (at >> 12)) % 251));
  const blob = blobOf(bytes);
  await repository.writeBlob(blob, () => reusing(bytes, 10_000));
  const kept: Uint8Array[] = [];
  for await (const piece of repository.readBlob(blob)) kept.push(piece);
  assert.ok(kept.length > 2);
  assert.ok(Buffer.concat(kept).equals(bytes));
});

test('a source that breaks off is the error, and nothing is stored', async (t) => {
  const repository = openDirectly(await makeFolder(t), { deadlineSeconds: 1 });
  const blob = blobOf(new Uint8Array(100));
  const broken = new CutwaterError('DISK', 'Cannot read the layer: the disk is gone');
  await assert.rejects(
    repository.writeBlob(blob, async function* () {
      yield await Promise.resolve(new Uint8Array(50));
      throw broken;
    }),
    (error) => error === broken,
  );
  assert.equal(await repository.hasBlob(blob.digest), false);
});

test('a reader that stops early leaves no file open', async (t) => {
  const repository = openDirectly(await makeFolder(t));
  const bytes = Buffer.alloc(5 * mebibyte, 7);
  await repository.writeBlob(blobOf(bytes), () => reusing(bytes, mebibyte));
  const before = (await readdir('/proc/self/fd')).length;
  for (let round = 0; round < 20; round += 1) for await (const _ of repository.readBlob(blobOf(bytes))) break;
  assert.ok((await readdir('/proc/self/fd')).length < before + 10);
});

test('a run that was stopped asks nothing more and ends what is under way', async (t) => {
  const stop = new AbortController();
  const repository = openDirectly(await makeFolder(t), { signal: stop.signal });
  const bytes = Buffer.alloc(5 * mebibyte, 7);
  await repository.writeBlob(blobOf(bytes), () => reusing(bytes, mebibyte));
  const reading = async () => {
    for await (const _ of repository.readBlob(blobOf(bytes))) stop.abort();
  };
  await assert.rejects(reading(), { code: 'INTERRUPTED' });
  await assert.rejects(repository.listTags(), { code: 'INTERRUPTED' });
});

test('an answer that comes after the run was stopped is closed all the same', async (t) => {
  const stop = new AbortController();
  const closed = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  const bytes = Buffer.alloc(10);
  const answer: OpenRepositoryOptions['answer'] = async () => {
    await Promise.resolve();
    stop.abort();
    await late.promise;
    async function* pieces() {
      yield await Promise.resolve(bytes);
    }
    return { status: 200, headers: {}, body: { pieces: pieces(), close: async () => closed.resolve() } };
  };
  const repository = openDirectly(await makeFolder(t), { answer, signal: stop.signal });
  const reading = async () => {
    for await (const _ of repository.readBlob(blobOf(bytes))) assert.fail('nothing is read any more');
  };
  await assert.rejects(reading(), { code: 'INTERRUPTED' });
  late.resolve();
  await closed.promise;
});

test('the reasons of a damaged registry stay its own, as behind a connection', async (t) => {
  const failures: unknown[] = [];
  const folder = await makeFolder(t);
  const registry = createRegistry({ folder, onFailure: (error) => failures.push(error) });
  const answer: typeof registry.answer = async (request) => {
    const reply = await registry.answer(request);
    if (reply.status !== 200 || request.method !== 'GET') return reply;
    const pieces = (async function* () {
      yield await Promise.resolve(new Uint8Array(1));
      throw new CutwaterError('STORE_CORRUPT', 'Cannot read it');
    })();
    return { ...reply, body: { pieces, close: () => Promise.resolve() } };
  };
  const repository = openDirectly(folder, { answer, deadlineSeconds: 1 });
  const index = sampleIndex('one');
  await repository.writeManifest(stableTag, index, null);
  await assert.rejects(repository.readManifest(stableTag), { code: 'BAD_REPLY' });
});
