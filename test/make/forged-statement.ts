import { writeBundle } from '../../src/engine/facts/signed-documents.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import type { ReleasePredicate, ReleasedDocument } from '../../src/domain/release-statement.ts';
import { predicateTypes } from '../../src/domain/release-statement.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { releaseStatement } from '../../src/report/documents/release-statement.ts';
import { statementBytes } from '../../src/report/documents/statement.ts';
import type { TestProject } from './project.ts';
import { ciOf, withRegistry } from './registry-writer.ts';
import { readPayload, readRelease } from './stated.ts';

/**
 * Replaces the stored statement of a version by one that CI signed too, but whose provenance or SBOMs say something else:
 * `change` gets and gives back the JSON of each. All digests in it fit.
 */
export async function restateDocuments(
  project: TestProject,
  version: string,
  { role, change }: { readonly role: 'provenance' | 'sbom'; readonly change: (json: string) => string },
): Promise<void> {
  const ci = ciOf(project);
  const predicateType = { provenance: predicateTypes.provenance, sbom: predicateTypes.cyclonedx }[role];
  await withRegistry(project.data, async (repository) => {
    const release = await readRelease(repository, version);
    const restated = new Map<ReleasedDocument, ReleasedDocument>();
    for (const document of release.documents.filter((own) => own.role === role)) {
      const subject = await repository.resolve(document.subject);
      if (subject === undefined) throw new Error(`${version} has no ${role}`);
      const json = new TextDecoder().decode(await readPayload(repository, document.referrer));
      const payload = new TextEncoder().encode(change(json));
      const referrer = await writeBundle(repository, await ci.signStatement(payload), { subject, predicateType });
      restated.set(document, { ...document, referrer, payload: digestOf(payload) });
    }
    const documents = release.documents.map((document) => restated.get(document) ?? document);
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
