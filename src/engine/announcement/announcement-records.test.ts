import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { makeCiKey } from '../../../test/make/project.ts';
import { openEmbedded } from '../../../test/make/embedded-repository.ts';
import type { Scope } from '../../../test/make/folder.ts';
import { bundleVerifier } from '../../adapters/sigstore-bundle/bundle-verifier.ts';
import { keyAttestor } from '../../adapters/sigstore-bundle/key-attestor.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import { emptyConfigBytes, mediaTypes } from '../../domain/oci.ts';
import { makeArtifact } from '../../domain/oci-manifest.ts';
import { Secret } from '../../domain/secret.ts';
import { readVersion } from '../../domain/version.ts';
import type { AnnouncementName } from '../../estate/announcement-tag.ts';
import { announcementTag } from '../../estate/announcement-tag.ts';
import type { AnnouncementRecord } from '../../report/documents/announcement-record.ts';
import { announcementStatement } from '../../report/documents/announcement-record.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import { streamOf } from '../facts/read-artifact.ts';
import { observeAnnouncement, prepareRecord, readAnnouncements, storeRecord } from './announcement-records.ts';

const ci = makeCiKey('ed25519');
const attestorOf = (privatePem: string) => keyAttestor({ name: 'ci', privateKeyPem: new Secret(privatePem) });
const rules = {
  policy: { project: 'tiny' },
  trust: {
    origin: 'main:cutwater.yaml',
    maintainers: [],
    ci: [{ kind: 'key' as const, name: 'ci', publicKeyPem: ci.publicPem }],
  },
};
const version = readVersion('1.1.0');
const name: AnnouncementName = { kind: 'withdrawn', number: 2, channel: 'chat', version };
const record: AnnouncementRecord = {
  schema: 'cutwater.announced/1',
  project: 'tiny',
  version: '1.1.0',
  release: objectId('a'.repeat(40)),
  kind: 'withdrawn',
  number: 2,
  channel: 'chat',
  key: 'k',
  announcement: digestOf('text'),
  sentAt: 1_800_000_000,
};

test('a stored record is found by its tag and observed as there, with what the channel called it', async (t) => {
  const world = await makeWorld(t);
  equal((await observeAnnouncement(world, rules, { name, index: world.index })).is, 'absent');
  await store(world, { ...record, id: '42', url: 'https://chat.example.org/42' });
  await store(world, record);
  const seen = await observeAnnouncement(world, rules, { name, index: world.index });
  equal(seen.is === 'present' && seen.evidence.id, '42', 'the first one stays');
  const found = await readAnnouncements(world, rules, await listing(world));
  deepEqual(
    found.map(({ is, name: own }) => [is, own]),
    [['valid', name]],
  );
});

test('a record counts for nothing else: another channel, kind, number, version, project, image or key', async (t) => {
  const others: readonly (readonly [string, Partial<AnnouncementRecord>])[] = [
    ['channel', { channel: 'log' }],
    ['kind', { kind: 'restored' }],
    ['number', { number: 1 }],
    ['version', { version: '1.1.1' }],
    ['project', { project: 'other' }],
  ];
  for (const [what, change] of others) {
    const world = await makeWorld(t);
    await store(world, { ...record, ...change });
    const seen = await observeAnnouncement(world, rules, { name, index: world.index });
    ok(seen.is === 'conflict', what);
    match(
      seen.error.message,
      /announced-withdrawn-2-chat-1\.1\.0: the registry holds something else there, it speaks of/,
    );
  }
  const world = await makeWorld(t);
  await store(world, record);
  equal((await observeAnnouncement(world, rules, { name, index: digestOf('other image') })).is, 'conflict');
  const strange = await makeWorld(t);
  const stranger = attestorOf(makeCiKey('ed25519').privatePem);
  const statement = announcementStatement(record, { name: 'host/app', index: strange.index });
  const bundle = await stranger.signStatement(statementBytes(statement));
  await storeRecord(strange.repository, { bundle }, { name, index: strange.index });
  const [rejected] = await readAnnouncements(strange, rules, await listing(strange));
  match(rejected?.is === 'rejected' ? rejected.reason : 'valid', /signature does not count/);
});

test('what is no record at all is in the way, and said', async (t) => {
  const world = await makeWorld(t);
  const image = await world.repository.readManifest(world.index);
  ok(image);
  await world.repository.writeManifest(announcementTag(name), image);
  const seen = await observeAnnouncement(world, rules, { name, index: world.index });
  match(seen.is === 'conflict' ? seen.error.message : seen.is, /holds something else there, it /);
});

test('a record whose signature would not count is refused before anybody is told, and nothing of it is uploaded', async (t) => {
  const world = await makeWorld(t);
  const uploads: string[] = [];
  const writeBlob: typeof world.repository.writeBlob = (descriptor) => {
    uploads.push(descriptor.digest);
    throw new Error('uploaded');
  };
  // What a workflow signs that is not the one of trust.ci: it signs without complaint, and counts for nobody.
  const attestor = { ...attestorOf(makeCiKey('ed25519').privatePem), kind: 'keyless' } as const;
  const stranger = { ...world, attestor, repository: { ...world.repository, writeBlob } };
  await rejects(prepareRecord(stranger, record, { index: world.index, trust: rules.trust }), (error) => {
    ok(isCutwaterError(error, 'KEY_UNUSABLE'), String(error));
    match(error.message, /^Cannot sign the record of the announcement: .* does not count by trust\.ci/);
    return true;
  });
  deepEqual(uploads, []);
});

async function makeWorld(scope: Scope) {
  const repository = await openEmbedded(scope);
  const layer = { mediaType: 'text/plain', digest: digestOf('image'), size: 5 };
  const config = { mediaType: mediaTypes.ociEmpty, digest: digestOf(emptyConfigBytes), size: emptyConfigBytes.length };
  await repository.writeBlob(layer, () => streamOf(new TextEncoder().encode('image')));
  await repository.writeBlob(config, () => streamOf(emptyConfigBytes));
  const artifactType = 'application/vnd.example';
  const image = makeArtifact({ artifactType, layers: [layer], subject: undefined, annotations: {} });
  await repository.writeManifest(image.digest, image);
  return { repository, index: image.digest, bundleVerifier: bundleVerifier(), attestor: attestorOf(ci.privatePem) };
}

type World = Awaited<ReturnType<typeof makeWorld>>;

async function store(world: World, one: AnnouncementRecord): Promise<void> {
  const prepared = await prepareRecord(world, one, { index: world.index, trust: rules.trust });
  await storeRecord(world.repository, prepared, { name, index: world.index });
}

async function listing({ repository, index }: World) {
  return { version, index, imageTags: await repository.listTags() };
}
