import { equal, match } from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyAttestor } from '../../src/adapters/sigstore-bundle/key-attestor.ts';
import { cosignTag } from '../../src/domain/cosign-tags.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { digestOf, hexOf } from '../../src/domain/digest.ts';
import { mediaTypes } from '../../src/domain/oci.ts';
import { statementType } from '../../src/domain/release-statement.ts';
import { Secret } from '../../src/domain/secret.ts';
import { writeBundle } from '../../src/engine/facts/signed-documents.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import type { Check } from '../../src/report/verification.ts';
import { statementBytes } from '../../src/report/documents/statement.ts';
import { forceTag } from '../make/git-attacks.ts';
import { maintainer, runner } from '../make/actors.ts';
import { readJson, succeed } from '../make/program.ts';
import { makeCiKey, makeProject } from '../make/project.ts';
import { pushImage } from '../make/push-image.ts';
import { digestAt, withRegistry } from '../make/registry-writer.ts';

test('verify shows what others attached to a release as what it is worth, and no release is wrong or right for it', async (t) => {
  const project = await makeProject(t);
  const old = await pushImage(join(project.data, 'registry'), { repository: 'tiny', text: 'old', tags: ['0.9.0'] });
  await forceTag(project, 'v0.9.0', { by: project.key, message: 'Release v0.9.0' });
  await project.tag('1.0.0');
  const ada = await maintainer(project);
  await succeed(['release', '1.0.0'], await runner(t, project));
  await succeed(['import', '--yes', '--push'], ada);
  const stranger = makeCiKey('p256').privatePem;
  const index = await digestAt(project.data, '1.0.0');
  equal(JSON.stringify(await checksOf('1.0.0', ada)).includes('documents'), false, 'a release alone has none');
  await withRegistry(project.data, async (repository) => {
    await signOldForm(repository, index, stranger);
    await signOldForm(repository, old, project.ciKeyPem);
    await attachBundle(repository, index, stranger);
    await attachBundle(repository, index, project.ciKeyPem);
  });

  const released = await checksOf('1.0.0', ada);
  match(released['other documents'] ?? '', /^passed: .*: "https:\/\/example\.org\/review\/v1" on index by ci$/);
  const foreign = released['foreign documents'] ?? '';
  match(
    foreign,
    /^warning: they prove nothing: .*"sigstore bundle" on index as sha256:[0-9a-f]{64}: no CI key trusted/,
  );
  match(foreign, /"signature in the old form of cosign" on index as sha256-[0-9a-f]{64}\.sig: no CI key trusted/);
  equal(released['verdict'], 'passed');

  const adopted = await checksOf('0.9.0', ada);
  match(adopted['other documents'] ?? '', /"signature in the old form of cosign" on index by ci$/);
  match(adopted['provenance'] ?? '', /^warning: none/);
});

/** What each check found, and the verdict. */
async function checksOf(
  version: string,
  at: Parameters<typeof readJson>[1],
): Promise<Readonly<Record<string, string>>> {
  const { checks, verdict } = await readJson(['verify', version], at);
  const lines = Object(checks).map(({ name, is, says }: Check) => [name, `${is}: ${says}`]);
  return { ...Object.fromEntries(lines), verdict: String(verdict) };
}

/** As `cosign sign --new-bundle-format=false` does. */
async function signOldForm(repository: ImageRepository, subject: Digest, pem: string): Promise<void> {
  const critical = {
    identity: { 'docker-reference': '' },
    image: { 'docker-manifest-digest': subject },
    type: 'cosign container image signature',
  };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  const key = createPrivateKey(pem);
  const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload, key).toString('base64');
  const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
  const layer = { mediaType, digest: digestOf(payload), size: payload.length };
  const config = Buffer.from('{}');
  const configOf = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
  await writeBytes(repository, layer, payload);
  await writeBytes(repository, configOf, config);
  const annotated = { ...layer, annotations: { 'dev.cosignproject.cosign/signature': signature } };
  const json = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: configOf, layers: [annotated] };
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  const manifest = { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), bytes };
  await repository.writeManifest(cosignTag(subject, 'sig'), manifest);
}

async function attachBundle(repository: ImageRepository, subject: Digest, pem: string): Promise<void> {
  const descriptor = await repository.resolve(subject);
  if (descriptor === undefined) throw new Error('the image is not there');
  const predicateType = 'https://example.org/review/v1';
  const statement = { _type: statementType, subject: [{ name: 'x', digest: { sha256: hexOf(subject) } }] } as const;
  const attestor = keyAttestor({ name: 'x', privateKeyPem: new Secret(pem) });
  const bundle = await attestor.signStatement(statementBytes({ ...statement, predicateType, predicate: {} }));
  await writeBundle(repository, bundle, { subject: descriptor, predicateType });
}

async function writeBytes(
  repository: ImageRepository,
  descriptor: Parameters<ImageRepository['writeBlob']>[0],
  bytes: Uint8Array,
): Promise<void> {
  await repository.writeBlob(descriptor, async function* () {
    yield bytes;
  });
}
