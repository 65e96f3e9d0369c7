import { readArtifact } from '../../src/engine/read-artifact.ts';
import { writeBundle } from '../../src/engine/signed-documents.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import type { ReleasePredicate } from '../../src/domain/release-statement.ts';
import { predicateTypes } from '../../src/domain/release-statement.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { parseReleaseStatement } from '../../src/report/documents/parse-release-statement.ts';
import { releaseStatement } from '../../src/report/documents/release-statement.ts';
import { statementBytes } from '../../src/report/documents/statement.ts';
import type { TestProject } from './project.ts';
import { ciOf, withRegistry } from './registry-writer.ts';

/**
 * Replaces the stored statement of a version by one that CI signed too, but whose provenance says something else: `change`
 * gets and gives back the JSON of the provenance. All digests in it fit.
 */
export async function restateProvenance(
  project: TestProject,
  version: string,
  change: (json: string) => string,
): Promise<void> {
  const ci = ciOf(project);
  await withRegistry(project.data, async (repository) => {
    const release = await readRelease(repository, version);
    const subject = await repository.resolve(release.image.index);
    const own = release.documents.find(({ role }) => role === 'provenance');
    if (subject === undefined || own === undefined) throw new Error(`${version} has no provenance`);
    const json = new TextDecoder().decode(await readPayload(repository, own.referrer));
    const payload = new TextEncoder().encode(change(json));
    const { provenance: predicateType } = predicateTypes;
    const referrer = await writeBundle(repository, await ci.signStatement(payload), { subject, predicateType });
    const documents = release.documents.map((document) =>
      document.role === 'provenance' ? { ...document, referrer, payload: digestOf(payload) } : document,
    );
    const bundle = await ci.signStatement(statementBytes(releaseStatement({ ...release, documents })));
    const stored = await writeBundle(repository, bundle, { subject, predicateType: predicateTypes.release });
    const manifest = await repository.readManifest(stored);
    if (manifest !== undefined) await repository.writeManifest(imageTag(`statement-${version}`), manifest);
  });
}

async function readRelease(repository: ImageRepository, version: string): Promise<ReleasePredicate> {
  const statement = parseReleaseStatement(await readPayload(repository, imageTag(`statement-${version}`)));
  if (statement.is === 'refused') throw new Error(`The statement of ${version} ${statement.reason}`);
  return statement.value.predicate;
}

/** What is signed in a bundle of the registry. */
async function readPayload(
  repository: ImageRepository,
  reference: Parameters<ImageRepository['readManifest']>[0],
): Promise<Uint8Array> {
  const artifact = await readArtifact(repository, reference);
  if (artifact?.is !== 'ok') throw new Error(`${reference} is no signed document`);
  const bundle: { dsseEnvelope: { payload: string } } = JSON.parse(new TextDecoder().decode(artifact.value.content));
  return new Uint8Array(Buffer.from(bundle.dsseEnvelope.payload, 'base64'));
}
