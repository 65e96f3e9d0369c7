import { writeBundle } from '../../src/engine/facts/signed-documents.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import type { ReleasePredicate } from '../../src/domain/release-statement.ts';
import { predicateTypes } from '../../src/domain/release-statement.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { releaseStatement } from '../../src/report/documents/release-statement.ts';
import { statementBytes } from '../../src/report/documents/statement.ts';
import type { TestProject } from './project.ts';
import { ciOf, withRegistry } from './registry-writer.ts';
import { readPayload, readRelease } from './stated.ts';

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
    await store(project, repository, { ...release, documents });
  });
}

/** Replaces the stored statement of a version by another one that CI signed too. */
export async function restate(
  project: TestProject,
  version: string,
  change: (release: ReleasePredicate) => ReleasePredicate,
): Promise<void> {
  await withRegistry(project.data, async (repository) => {
    await store(project, repository, change(await readRelease(repository, version)));
  });
}

async function store(project: TestProject, repository: ImageRepository, release: ReleasePredicate): Promise<void> {
  const subject = await repository.resolve(release.image.index);
  if (subject === undefined) throw new Error(`${release.version} has no image`);
  const bundle = await ciOf(project).signStatement(statementBytes(releaseStatement(release)));
  const stored = await writeBundle(repository, bundle, { subject, predicateType: predicateTypes.release });
  const manifest = await repository.readManifest(stored);
  if (manifest !== undefined) await repository.writeManifest(imageTag(`statement-${release.version}`), manifest);
}
