import assert from 'node:assert/strict';
import { rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/registry-fixture.ts';
import { digestOf } from '../domain/digest.ts';
import { imageTag } from '../domain/image-name.ts';
import { mediaTypes } from '../domain/oci.ts';
import { createIndexFiles } from './index-file.ts';
import { emptyLayoutIndex, formatLayoutIndex, withManifest } from './layout-index.ts';

const pointing = (text: string) =>
  withManifest(
    emptyLayoutIndex,
    { mediaType: mediaTypes.ociManifest, digest: digestOf(text), size: 1, subject: undefined },
    [imageTag('latest')],
  );

test('a reader sees each of many changes of the same size, replaced or in place, made by others in one moment', async (t) => {
  const layout = await temporaryFolder(t);
  const file = join(layout, 'index.json');
  const files = createIndexFiles();
  assert.equal(await files.read(layout), undefined);
  for (let round = 0; round < 50; round += 1) {
    const text = formatLayoutIndex(pointing(`content ${round}`));
    if (round % 2 === 0) await writeFile(file, text);
    else {
      await writeFile(join(layout, 'next'), text);
      await rename(join(layout, 'next'), file);
    }
    await utimes(file, 1, 1);
    const index = await files.read(layout);
    assert.equal(index?.byTag.get(imageTag('latest'))?.digest, digestOf(`content ${round}`));
  }
});

test('an unchanged file is parsed once, by writer and reader', async (t) => {
  const layout = await temporaryFolder(t);
  const files = createIndexFiles();
  const index = pointing('content');
  await files.write(layout, index);
  assert.equal(await files.read(layout), index);
  assert.equal(await files.readSurely(layout), index);
});
