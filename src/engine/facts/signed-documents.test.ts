import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { openEmbedded } from '../../../test/make/embedded-repository.ts';
import type { Scope } from '../../../test/make/folder.ts';
import { makeCiKey } from '../../../test/make/project.ts';
import { bundleVerifier } from '../../adapters/sigstore-bundle/bundle-verifier.ts';
import { keyAttestor } from '../../adapters/sigstore-bundle/key-attestor.ts';
import type { Digest } from '../../domain/digest.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { makeArtifact } from '../../domain/oci-manifest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { emptyConfigBytes, mediaTypes } from '../../domain/oci.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import { Secret } from '../../domain/secret.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import { streamOf } from './read-artifact.ts';
import type { DocumentToStore } from './signed-documents.ts';
import { findDocuments, storeDocument } from './signed-documents.ts';

const own = makeCiKey('ed25519');
const trust = {
  origin: 'main:cutwater.yaml',
  maintainers: [],
  ci: [{ kind: 'key' as const, name: 'ci', publicKeyPem: own.publicPem }],
};

test('a document whose signature would not count is refused with the reason, and nothing is written', async (t) => {
  const { world, document } = await makeWorld(t, makeCiKey('ed25519').privatePem);
  const writes: string[] = [];
  const noted = {
    ...world.repository,
    writeBlob: async () => void writes.push('blob'),
    writeReferrer: async () => void writes.push('referrer'),
  };
  await rejects(storeDocument({ ...world, repository: noted }, trust, document), (error) => {
    ok(isCutwaterError(error, 'KEY_UNUSABLE'), String(error));
    match(
      error.message,
      /^Cannot sign the SBOM .*linux\/amd64: .* does not count by trust\.ci of "main:cutwater\.yaml"/,
    );
    return true;
  });
  deepEqual(writes, []);
});

test('a document that counts is stored once', async (t) => {
  const { world, document } = await makeWorld(t, own.privatePem);
  const first = await storeDocument(world, trust, document);
  equal((await storeDocument(world, trust, document)).referrer, first.referrer);
});

test('a document larger than whoever verifies would read is refused with its size, and nothing is written', async (t) => {
  const { world, document } = await makeWorld(t, own.privatePem);
  const statement = Buffer.concat([Buffer.alloc(13 * 1024 ** 2, 32), document.statement]);
  await rejects(storeDocument(world, trust, { ...document, statement }), (error) => {
    ok(isCutwaterError(error, 'BUILD_FAILED'), String(error));
    match(error.message, /^Cannot sign the SBOM for linux\/amd64: it has 13\d+ bytes, at most 12\d+ are read$/);
    return true;
  });
  deepEqual(await world.repository.listReferrers(document.subject.digest), []);
  const largest = Buffer.concat([Buffer.alloc(12_300_000, 32), document.statement]);
  ok((await storeDocument(world, trust, { ...document, statement: largest })).bundle.length > 16_000_000);
});

test('what strangers list and attach beside a document neither hides it nor stops whoever looks for it', async (t) => {
  const { world, document } = await makeWorld(t, own.privatePem);
  const { referrer, bundle } = await storeDocument(world, trust, document);
  const { repository } = world;
  const { subject, predicateType } = document;
  const other = await storeBlob(repository, 'another image');
  const stranger = keyAttestor({ name: 'x', privateKeyPem: new Secret(makeCiKey('ed25519').privatePem) });
  const foreign = await stranger.signStatement(document.statement);
  const damaged = new Map([
    [digestOf('gone'), { mediaType: mediaTypes.sigstoreBundle, digest: digestOf('lost'), size: 4 }],
    [digestOf('short'), { mediaType: mediaTypes.sigstoreBundle, digest: digestOf('short'), size: 3 }],
  ]);
  const junk = [
    await attach(repository, { layers: [await storeBlob(repository, foreign)], subject }),
    await attach(repository, { layers: [await storeBlob(repository, bundle)], subject: other }),
    await attach(repository, { layers: [await storeBlob(repository, 'no bundle')], subject }),
    await attach(repository, { layers: [], subject }),
    await attach(repository, { layers: [await storeBlob(repository, 'short')], subject }),
    await attach(repository, { layers: [await storeBlob(repository, 'gone')], subject }),
    subject.digest,
    digestOf('nothing'),
  ];
  const listed = [...junk, referrer].map((digest) => ({
    mediaType: mediaTypes.ociManifest,
    digest,
    size: 1,
    // As older cosigns write the index of the fallback tag.
    artifactType: mediaTypes.ociEmpty,
  }));
  const crowded: ImageRepository = {
    ...repository,
    listReferrers: async () => listed,
    // Registries have been seen that check neither sizes nor that a blob is there.
    readBlob: (blob) => repository.readBlob(damaged.get(blob.digest) ?? blob),
  };
  const query = {
    repository: crowded,
    bundleVerifier: world.bundleVerifier,
    trust,
    subject: subject.digest,
    predicateType,
  };
  const found = await findDocuments(query);
  deepEqual(
    found.map((one) => one.referrer),
    [referrer],
  );
  await rejects(findDocuments({ ...query, repository: { ...crowded, readBlob: unreachable } }), {
    code: 'UNREACHABLE',
  });
});

function unreachable(): never {
  throw new CutwaterError('UNREACHABLE', 'Cannot read a blob: found no answer, wanted one');
}

async function storeBlob(repository: ImageRepository, content: string | Uint8Array): Promise<Descriptor> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const descriptor = { mediaType: mediaTypes.sigstoreBundle, digest: digestOf(bytes), size: bytes.length };
  await repository.writeBlob(descriptor, () => streamOf(bytes));
  return descriptor;
}

async function attach(
  repository: ImageRepository,
  { layers, subject }: { readonly layers: readonly Descriptor[]; readonly subject: Descriptor },
): Promise<Digest> {
  const artifactType = mediaTypes.sigstoreBundle;
  const manifest = makeArtifact({ artifactType, layers, subject, annotations: {} });
  await repository.writeManifest(manifest.digest, manifest);
  return manifest.digest;
}

async function makeWorld(scope: Scope, privatePem: string) {
  const repository = await openEmbedded(scope);
  const config = { mediaType: mediaTypes.ociEmpty, digest: digestOf(emptyConfigBytes), size: emptyConfigBytes.length };
  await repository.writeBlob(config, () => streamOf(emptyConfigBytes));
  const image = makeArtifact({
    artifactType: 'application/vnd.example',
    layers: [config],
    subject: undefined,
    annotations: {},
  });
  await repository.writeManifest(image.digest, image);
  const subject = { mediaType: image.mediaType, digest: image.digest, size: image.bytes.length };
  const world = {
    repository,
    bundleVerifier: bundleVerifier(),
    attestor: keyAttestor({ name: 'ci', privateKeyPem: new Secret(privatePem) }),
    report: () => undefined,
    signal: new AbortController().signal,
  };
  const statement = statementBytes({
    _type: statementType,
    subject: [{ name: 'host/app', digest: { sha256: hexOf(image.digest) } }],
    predicateType: predicateTypes.cyclonedx,
    predicate: {},
  });
  const document: DocumentToStore = {
    role: 'sbom',
    platform: 'linux/amd64',
    subject,
    predicateType: predicateTypes.cyclonedx,
    statement,
  };
  return { world, document };
}
