import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';
import type { ContentDigest } from './content-digest.ts';
import { contentDigestOf } from './content-digest.ts';
import { RegistryFault } from './registry-fault.ts';
import type { UploadFile } from './upload-file.ts';
import { createUploadFile, openUploadFile } from './upload-file.ts';

async function* pieces(...texts: readonly (string | Error)[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const text of texts) {
    await Promise.resolve();
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

/** What the file became, or the fault it was refused with. */
async function settled(file: UploadFile, folder: string, digest: ContentDigest): Promise<string> {
  await file.settle(digest, (path) => rename(path, join(folder, 'blob')));
  return readFile(join(folder, 'blob'), 'utf8');
}

test('an upload file keeps what came before its source broke, and settles with what comes after', async (t) => {
  const folder = await temporaryFolder(t);
  const file = await createUploadFile(join(folder, 'upload'));
  await assert.rejects(file.append(pieces('one ', new Error('reset'))), /reset/);
  assert.equal(await file.size(), 4);
  await file.append(pieces('two'));
  assert.equal(await settled(file, folder, digestOf('one two')), 'one two');
});

test('an upload file that got more than announced is removed, and nothing can be appended or settled after', async (t) => {
  const folder = await temporaryFolder(t);
  const file = await createUploadFile(join(folder, 'upload'));
  await file.append(pieces('start '));
  await assert.rejects(file.append(pieces('123', '456'), { limit: 5 }), RegistryFault);
  assert.equal(await file.size(), undefined);
  await assert.rejects(file.append(pieces('late')));
  await assert.rejects(settled(file, folder, digestOf('start 123')));
});

test('an upload file settles by SHA-256 and by SHA-512, announced or not, opened again or not', async (t) => {
  for (const announced of ['sha256', 'sha512'] as const)
    for (const wanted of ['sha256', 'sha512'] as const)
      for (const again of [false, true]) {
        const folder = await temporaryFolder(t);
        const path = join(folder, 'upload');
        const first = await createUploadFile(path, announced);
        await first.append(pieces('some ', 'content'));
        const file = again ? openUploadFile(path) : first;
        await file.append(pieces(', more'));
        const digest = contentDigestOf(Buffer.from('some content, more'), wanted);
        assert.equal(await settled(file, folder, digest), 'some content, more');
      }
});

test('an upload file that another process appended to settles by what is in it, not by what was hashed here', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'upload');
  const here = await createUploadFile(path);
  await here.append(pieces('here '));
  await openUploadFile(path).append(pieces('there '));
  await here.append(pieces('here'));
  await assert.rejects(settled(here, folder, digestOf('here here')), RegistryFault);
  assert.equal(await settled(here, folder, digestOf('here there here')), 'here there here');
});

test('many small and large chunks arrive in the file in their order', async (t) => {
  const folder = await temporaryFolder(t);
  const file = await createUploadFile(join(folder, 'upload'));
  const hash = createHash('sha256');
  const sizes = Array.from({ length: 300 }, (_, at) => (at * 7919) % 60_000);
  async function* source(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const [at, size] of sizes.entries()) {
      await Promise.resolve();
      const chunk = Buffer.alloc(size, at % 251);
      hash.update(chunk);
      yield chunk;
    }
  }
  await file.append(source());
  assert.equal(
    await file.size(),
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const text = `sha256:${hash.digest('hex')}`;
  const stored = await readFile(join(folder, 'upload'));
  assert.equal(digestOf(stored), text);
  await rm(join(folder, 'upload'));
});
