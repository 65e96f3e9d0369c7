import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '../domain/digest.ts';
import { digestOf } from '../domain/digest.ts';
import { imageTag } from '../domain/image-name.ts';
import type { Descriptor, Manifest } from '../domain/oci.ts';
import { emptyConfigBytes, mediaTypes } from '../domain/oci.ts';
import type { ImageRepository } from './repository.ts';

/** A repository that nobody has written to yet, and how to leave it. */
export interface OpenedRepository {
  readonly repository: ImageRepository;
  /** Registries of before OCI 1.1.0 list a referrer under the media type of its config, which is the empty one. */
  readonly listsConfigType?: boolean;
  close(): Promise<void>;
}

/**
 * What every `ImageRepository` does, whatever is behind it: run against the embedded registry and against real ones,
 * with and without referrers API, with sorted and unsorted lists, with and without conditional writes.
 */
export function repositoryContract(name: string, open: () => Promise<OpenedRepository>): void {
  const claim = (text: string, check: (repository: ImageRepository, opened: OpenedRepository) => unknown): void => {
    void test(`${name}: ${text}`, async () => {
      const opened = await open();
      const { repository, close } = opened;
      try {
        await check(repository, opened);
      } finally {
        await close();
      }
    });
  };

  claim('an untouched repository has no tags, manifests, blobs or referrers', async (repository) => {
    const nothing = digestOf('nothing');
    assert.deepEqual(await repository.listTags(), []);
    assert.equal(await repository.resolve(imageTag('1.0.0')), undefined);
    assert.equal(await repository.readManifest(nothing), undefined);
    assert.equal(await repository.hasBlob(nothing), false);
    assert.deepEqual(await repository.listReferrers(nothing), []);
  });

  claim('a blob of several megabytes comes back as it went', async (repository) => {
    const bytes = pseudoRandom(3 * 1024 * 1024 + 17);
    const blob = await writeBytes(repository, bytes);
    assert.equal(await repository.hasBlob(blob.digest), true);
    assert.equal(digestOf(await collect(repository.readBlob(blob))), blob.digest);
  });

  claim('a blob that is there is not opened again', async (repository) => {
    const blob = await writeBytes(repository, emptyConfigBytes);
    await repository.writeBlob(blob, () => assert.fail('opened'));
  });

  claim('a source with other bytes than promised is refused and leaves no blob', async (repository) => {
    const promised = describe(new TextEncoder().encode('promised'), 'application/octet-stream');
    await assert.rejects(
      repository.writeBlob(promised, () => chunks(new TextEncoder().encode('promisEd'))),
      {
        code: 'DIGEST_MISMATCH',
      },
    );
    assert.equal(await repository.hasBlob(promised.digest), false);
  });

  claim('reading a blob that is not there is an error', async (repository) => {
    const absent = describe(new TextEncoder().encode('absent'), 'application/octet-stream');
    await assert.rejects(collect(repository.readBlob(absent)), { code: 'CONTENT_MISSING' });
  });

  claim('a manifest keeps its bytes, by tag and by digest', async (repository) => {
    const image = await writeImage(repository, 'spaced  out');
    await repository.writeManifest(imageTag('1.0.0'), image);
    for (const reference of [imageTag('1.0.0'), image.digest]) {
      const found = await repository.readManifest(reference);
      assert.deepEqual(Buffer.from(found?.bytes ?? []), Buffer.from(image.bytes));
      assert.equal(found?.mediaType, image.mediaType);
      assert.deepEqual(await repository.resolve(reference), {
        mediaType: image.mediaType,
        digest: image.digest,
        size: image.bytes.length,
      });
    }
  });

  claim('an index keeps its children, and an alias is the same digest under another tag', async (repository) => {
    const child = await writeImage(repository, 'child');
    await repository.writeManifest(child.digest, child);
    const index = indexOf([child]);
    await repository.writeManifest(imageTag('1.0.0'), index, null);
    await repository.writeManifest(imageTag('latest'), index, null);
    assert.equal((await repository.resolve(imageTag('latest')))?.digest, index.digest);
    assert.equal((await repository.readManifest(child.digest))?.digest, child.digest);
  });

  claim('a tag moves to another manifest, and the tag list names each tag once', async (repository) => {
    const [first, second] = [await writeImage(repository, 'first'), await writeImage(repository, 'second')];
    await repository.writeManifest(imageTag('1.0.0-rc.1'), first);
    await repository.writeManifest(imageTag('latest'), first, null);
    await repository.writeManifest(imageTag('latest'), second, first.digest);
    await repository.writeManifest(imageTag('1.0.0'), second);
    assert.equal((await repository.resolve(imageTag('latest')))?.digest, second.digest);
    assert.deepEqual([...(await repository.listTags())].sort(), ['1.0.0', '1.0.0-rc.1', 'latest']);
  });

  claim('several tags are written at once, none twice, and all of them are there', async (repository) => {
    const [first, second] = [await writeImage(repository, 'first'), await writeImage(repository, 'second')];
    await repository.writeManifest(first.digest, first);
    await repository.writeManifest(second.digest, second);
    const tags = ['1', '1.0', 'latest', 'latest'].map(imageTag);
    assert.deepEqual(await repository.writeTags(first, tags, null), ['1', '1.0', 'latest']);
    assert.deepEqual(await repository.writeTags(second, [imageTag('latest'), imageTag('2')]), ['latest', '2']);
    assert.equal((await repository.resolve(imageTag('1.0')))?.digest, first.digest);
    assert.equal((await repository.resolve(imageTag('latest')))?.digest, second.digest);
    assert.deepEqual([...(await repository.listTags())].sort(), ['1', '1.0', '2', 'latest']);
    assert.deepEqual(await repository.writeTags(first, []), []);
  });

  claim('mounting a blob nobody has is false, and the upload after it works', async (repository) => {
    const bytes = new TextEncoder().encode('mounted');
    const blob = describe(bytes, 'application/octet-stream');
    assert.equal(await repository.mountBlob(blob, repository.name.repository), false);
    await repository.writeBlob(blob, () => chunks(bytes));
    assert.equal(digestOf(await collect(repository.readBlob(blob))), blob.digest);
  });

  claim('referrers are listed with type and annotations, many of them, written at once', async (repository, opened) => {
    const subject = await writeImage(repository, 'subject');
    await repository.writeManifest(imageTag('1.0.0'), subject);
    const bundles = await Promise.all([1, 2, 3, 4].map((number) => writeBundle(repository, subject, number)));
    await Promise.all(bundles.map((bundle) => repository.writeReferrer(bundle, toDescriptor(bundle), subject.digest)));
    const found = await repository.listReferrers(subject.digest);
    assert.deepEqual(found.map((each) => each.digest).sort(), bundles.map((each) => each.digest).sort());
    for (const each of found) {
      const type = opened.listsConfigType === true ? mediaTypes.ociEmpty : mediaTypes.sigstoreBundle;
      assert.equal(each.artifactType, type);
      assert.match(each.annotations?.['example.number'] ?? '', /^[1-4]$/);
    }
    const [again] = bundles;
    assert.ok(again);
    await repository.writeReferrer(again, toDescriptor(again), subject.digest);
    assert.equal((await repository.listReferrers(subject.digest)).length, bundles.length);
  });
}

async function writeBytes(repository: ImageRepository, bytes: Uint8Array): Promise<Descriptor> {
  const descriptor = describe(bytes, 'application/octet-stream');
  await repository.writeBlob(descriptor, () => chunks(bytes));
  return descriptor;
}

/** An image with a config and one layer; `note` makes it differ from others. */
async function writeImage(repository: ImageRepository, note: string): Promise<Manifest> {
  const config = new TextEncoder().encode(
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, note }),
  );
  const layer = new TextEncoder().encode(`layer of ${note}`);
  await writeBytes(repository, config);
  await writeBytes(repository, layer);
  return manifestOf({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: describe(config, mediaTypes.ociConfig),
    layers: [describe(layer, mediaTypes.ociLayerTar)],
  });
}

async function writeBundle(repository: ImageRepository, subject: Manifest, number: number): Promise<Manifest> {
  const bundle = new TextEncoder().encode(`{"bundle":${number}}`);
  await writeBytes(repository, emptyConfigBytes);
  await writeBytes(repository, bundle);
  return manifestOf({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType: mediaTypes.sigstoreBundle,
    config: describe(emptyConfigBytes, mediaTypes.ociEmpty),
    layers: [describe(bundle, mediaTypes.sigstoreBundle)],
    subject: toDescriptor(subject),
    annotations: { 'example.number': String(number) },
  });
}

function indexOf(children: readonly Manifest[]): Manifest {
  const platform = { os: 'linux', architecture: 'amd64' };
  return manifestOf({
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: children.map((child) => ({ ...toDescriptor(child), platform })),
  });
}

/** Written with spaces, so that whoever writes the JSON anew is found out. */
function manifestOf(content: { readonly mediaType: string; readonly [member: string]: unknown }): Manifest {
  const bytes = new TextEncoder().encode(JSON.stringify(content, null, 3));
  return { mediaType: content.mediaType, digest: digestOf(bytes), bytes };
}

function toDescriptor(manifest: Manifest): { mediaType: string; digest: Digest; size: number } {
  return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
}

function describe(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 65_536)
    yield Promise.resolve(bytes.subarray(start, start + 65_536));
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  for await (const chunk of source) found.push(chunk);
  return Buffer.concat(found);
}

/** Bytes that do not compress and do not repeat, the same in every run. */
function pseudoRandom(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 42;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
