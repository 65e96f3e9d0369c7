import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { openEmbedded } from '../../../test/make/embedded-repository.ts';
import type { Scope } from '../../../test/make/folder.ts';
import { makeCiKey } from '../../../test/make/project.ts';
import { bundleVerifier } from '../../adapters/sigstore-bundle/bundle-verifier.ts';
import { keyAttestor } from '../../adapters/sigstore-bundle/key-attestor.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { makeArtifact } from '../../domain/oci-manifest.ts';
import { emptyConfigBytes, mediaTypes } from '../../domain/oci.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import { Secret } from '../../domain/secret.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import { streamOf } from './read-artifact.ts';
import type { DocumentToStore } from './signed-documents.ts';
import { storeDocument } from './signed-documents.ts';

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
