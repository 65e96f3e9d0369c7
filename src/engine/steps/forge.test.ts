import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { localForge } from '../../adapters/local-forge/local-forge.ts';
import { digestOf } from '../../domain/digest.ts';
import { hashStream } from './forge.ts';

/** A server that never stops sending; counts what was taken. */
function endless(): { readonly stream: AsyncIterable<Uint8Array>; taken(): number } {
  let taken = 0;
  async function* send(): AsyncGenerator<Uint8Array> {
    for (;;) {
      taken += 1000;
      yield new Uint8Array(1000);
    }
  }
  return { stream: send(), taken: () => taken };
}

test('a file that goes on for ever is left when it is longer than what was released', async (t) => {
  const { stream, taken } = endless();
  assert.equal(await hashStream(stream, 2500), undefined);
  assert.equal(taken(), 3000);
  const forge = localForge({ folder: await makeFolder(t) });
  await forge.createDraft({ tag: 'v1.0.0', title: 'v1.0.0', notes: '', prerelease: false });
  const bytes = new TextEncoder().encode('two');
  const asset = { name: 'app', digest: digestOf(bytes), size: bytes.length };
  await forge.uploadAsset('v1.0.0', asset, async function* () {
    yield bytes;
  });
  assert.equal(await hashStream(forge.downloadAsset('v1.0.0', 'app'), bytes.length), asset.digest);
  assert.equal(await hashStream(forge.downloadAsset('v1.0.0', 'app'), bytes.length - 1), undefined);
});
