import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { RegistryRepository } from '../../adapters/oci-http/open-repository.ts';
import { openRepository } from '../../adapters/oci-http/open-repository.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { parseImageManifest, parseIndex } from '../../domain/oci-manifest.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { isIndexType, mediaTypes } from '../../domain/oci.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { listenRegistry } from '../../registry-server/listen-registry.ts';
import { copyImage } from './copy-image.ts';

type Open = (repository: string) => RegistryRepository;

/** A registry of its own on loopback. */
async function startRegistry(t: TestContext): Promise<Open> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-copy-'));
  const server = await listenRegistry({ folder });
  const opened: RegistryRepository[] = [];
  t.after(async () => {
    for (const repository of opened) repository.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return (repository) => {
    const one = openRepository({ registry: `127.0.0.1:${server.port}`, repository }, { environment: {} });
    opened.push(one);
    return one;
  };
}

async function writeBlob(repository: ImageRepository, text: string, mediaType: string): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(text);
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  await repository.writeBlob(descriptor, async function* () {
    yield bytes;
  });
  return descriptor;
}

function manifestOf(mediaType: string, content: Readonly<Record<string, unknown>>): Manifest {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...content }, null, 2));
  return { mediaType, digest: digestOf(bytes), bytes };
}

function descriptorOf({ mediaType, digest, bytes }: Manifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

/** P=2 platforms with L=3 layers each and nothing in common: 8 blobs. */
async function writeSample(repository: ImageRepository): Promise<Manifest> {
  const manifests: unknown[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const config = await writeBlob(repository, JSON.stringify({ architecture, os: 'linux' }), mediaTypes.ociConfig);
    const layers: Descriptor[] = [];
    for (const number of [1, 2, 3])
      layers.push(await writeBlob(repository, `${architecture} layer ${number}`, mediaTypes.ociLayerTar));
    const image = manifestOf(mediaTypes.ociManifest, { config, layers });
    await repository.writeManifest(image.digest, image);
    manifests.push({ ...descriptorOf(image), platform: { os: 'linux', architecture } });
  }
  return writeIndex(repository, { manifests });
}

async function writeIndex(repository: ImageRepository, content: Readonly<Record<string, unknown>>): Promise<Manifest> {
  const index = manifestOf(mediaTypes.ociIndex, content);
  await repository.writeManifest(index.digest, index);
  return index;
}

async function writeReferrer(repository: ImageRepository, subject: Manifest, note: string): Promise<Manifest> {
  const config = await writeBlob(repository, '{}', mediaTypes.ociEmpty);
  const layers = [await writeBlob(repository, `about: ${note}`, 'text/plain')];
  const artifactType = 'application/vnd.example.note';
  const content = { artifactType, config, layers, subject: descriptorOf(subject), annotations: { note } };
  const manifest = manifestOf(mediaTypes.ociManifest, content);
  await repository.writeReferrer(manifest, descriptorOf(manifest), subject.digest);
  return manifest;
}

/** Reads all that a digest names, hashed on the way; the digests found. */
async function readAll(repository: ImageRepository, digest: Digest): Promise<readonly Digest[]> {
  const manifest = await repository.readManifest(digest);
  assert.ok(manifest, `${digest} is missing`);
  if (isIndexType(manifest.mediaType)) {
    const index = parseIndex(manifest);
    assert.ok(index.is === 'ok');
    const below = await Promise.all(index.value.manifests.map((child) => readAll(repository, child.digest)));
    return [digest, ...below.flat()];
  }
  const image = parseImageManifest(manifest);
  assert.ok(image.is === 'ok');
  const blobs = [image.value.config, ...image.value.layers];
  for (const blob of blobs) for await (const _ of repository.readBlob(blob));
  return [digest, ...blobs.map((blob) => blob.digest)];
}

test('an image of 2 platforms with 3 layers each goes to another repository with 14 requests, and nothing is sent', async (t) => {
  const open = await startRegistry(t);
  const sample = await writeSample(open('acme/app'));
  const [from, to] = [open('acme/app'), open('acme/release')];
  await copyImage({ from, to, digest: sample.digest, referrers: false });
  assert.equal(from.requestCount() + to.requestCount(), 14, '2 + 2P + B');
  assert.equal((await readAll(to, sample.digest)).length, 11);
});

test('between registries everything arrives with its digests: nested indexes, children, referrers and their referrers', async (t) => {
  const [source, target] = [await startRegistry(t), await startRegistry(t)];
  const from = source('acme/app');
  const image = await writeSample(from);
  const [child] = await readAll(from, image.digest).then((digests) => digests.slice(1));
  assert.ok(child);
  const platform = await from.readManifest(child);
  assert.ok(platform);
  const outer = await writeIndex(from, { manifests: [descriptorOf(image)], annotations: { nested: 'yes' } });
  const statement = await writeReferrer(from, outer, 'the index');
  const bill = await writeReferrer(from, platform, 'a platform');
  const signature = await writeReferrer(from, bill, 'a referrer');
  const to = target('mirror/app');
  await copyImage({ from, to, digest: outer.digest, referrers: true });
  assert.equal((await readAll(to, outer.digest)).length, 12);
  for (const [subject, referrer] of [
    [outer, statement],
    [platform, bill],
    [bill, signature],
  ] as const) {
    const [found, ...more] = await to.listReferrers(subject.digest);
    assert.deepEqual([found?.digest, more.length], [referrer.digest, 0]);
    assert.deepEqual(found, (await from.listReferrers(subject.digest))[0]);
    await readAll(to, referrer.digest);
  }
});

test('a second copy between registries sends no blob and asks for none', async (t) => {
  const [source, target] = [await startRegistry(t), await startRegistry(t)];
  const sample = await writeSample(source('acme/app'));
  const first = target('mirror/app');
  await copyImage({ from: source('acme/app'), to: first, digest: sample.digest, referrers: false });
  assert.equal(first.requestCount(), 2 + 8 * 3 + 2 + 1, 'two manifests in vain, then look, begin and send each blob');
  const again = target('mirror/app');
  await copyImage({ from: source('acme/app'), to: again, digest: sample.digest, referrers: false });
  assert.equal(again.requestCount(), 2 + 8 + 1, 'it was not seen yet that this registry refuses manifests with holes');
});

test('a copy that broke off is finished by the next one', async (t) => {
  const [source, target] = [await startRegistry(t), await startRegistry(t)];
  const from = source('acme/app');
  const sample = await writeSample(from);
  const to = target('mirror/app');
  let left = 5;
  const breaking: ImageRepository = {
    ...to,
    writeBlob: async (descriptor, open) => {
      left -= 1;
      if (left < 0) throw new Error('the power is gone');
      await to.writeBlob(descriptor, open);
    },
  };
  await assert.rejects(copyImage({ from, to: breaking, digest: sample.digest, referrers: true }), /power/);
  assert.equal(await to.resolve(sample.digest), undefined, 'the index comes last');
  await copyImage({ from, to, digest: sample.digest, referrers: true });
  assert.equal((await readAll(to, sample.digest)).length, 11);
});

test('a registry that takes manifests with holes gets the blobs nevertheless', async (t) => {
  const [source, target] = [await startRegistry(t), await startRegistry(t)];
  const from = source('acme/app');
  const sample = await writeSample(from);
  const to = target('mirror/app');
  let careless = 2;
  const lax: ImageRepository = {
    ...to,
    writeManifest: async (reference, manifest) => {
      careless -= 1;
      if (careless < 0) await to.writeManifest(reference, manifest);
    },
  };
  await copyImage({ from, to: lax, digest: sample.digest, referrers: false });
  assert.equal((await readAll(to, sample.digest)).length, 11);
});

test('a source with a hole is CONTENT_MISSING, names what is missing and leaves no index at the target', async (t) => {
  const [source, target] = [await startRegistry(t), await startRegistry(t)];
  const from = source('acme/app');
  const sample = await writeSample(from);
  const [, child] = await readAll(from, sample.digest);
  const holed: ImageRepository = {
    ...from,
    readManifest: async (reference) => (reference === child ? undefined : from.readManifest(reference)),
  };
  const to = target('mirror/app');
  await assert.rejects(copyImage({ from: holed, to, digest: sample.digest, referrers: true }), {
    code: 'CONTENT_MISSING',
    message: new RegExp(String(child)),
  });
  assert.equal(await to.resolve(sample.digest), undefined);
});

test('what a registry lists as referrer but is deleted or refers to something else is not copied', async (t) => {
  const [source, target] = [await startRegistry(t), await startRegistry(t)];
  const from = source('acme/app');
  const [sample, other] = [await writeSample(from), await writeIndex(from, { manifests: [], annotations: { a: 'b' } })];
  const foreign = await writeReferrer(from, other, 'something else');
  const lying: ImageRepository = {
    ...from,
    listReferrers: async () => [descriptorOf(foreign), { ...descriptorOf(foreign), digest: digestOf('deleted') }],
  };
  const to = target('mirror/app');
  await copyImage({ from: lying, to, digest: sample.digest, referrers: true });
  assert.equal(await to.resolve(foreign.digest), undefined);
  assert.ok(await to.resolve(sample.digest));
});

test('an index that refers to an image it contains ends, and is copied', async (t) => {
  const [source, target] = [await startRegistry(t), await startRegistry(t)];
  const from = source('acme/app');
  const sample = await writeSample(from);
  const loop = manifestOf(mediaTypes.ociIndex, { manifests: [descriptorOf(sample)], subject: descriptorOf(sample) });
  await from.writeReferrer(loop, descriptorOf(loop), sample.digest);
  const to = target('mirror/app');
  await copyImage({ from, to, digest: sample.digest, referrers: true });
  assert.ok(await to.resolve(loop.digest));
});

test('a stopped run ends the copy as INTERRUPTED', async (t) => {
  const open = await startRegistry(t);
  const sample = await writeSample(open('acme/app'));
  const copy = { from: open('acme/app'), to: open('acme/release'), digest: sample.digest, referrers: false };
  await assert.rejects(copyImage({ ...copy, signal: AbortSignal.abort() }), { code: 'INTERRUPTED' });
});
