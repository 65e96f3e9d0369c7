import { imageTag } from '../../src/domain/image-name.ts';
import type { ReleasePredicate } from '../../src/domain/release-statement.ts';
import { readArtifact } from '../../src/engine/facts/read-artifact.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { parseReleaseStatement } from '../../src/report/documents/parse-release-statement.ts';
import { withRegistry } from './registry-writer.ts';

/** What the stored statement of a version says. */
export function readStatement(data: string, version: string): Promise<ReleasePredicate> {
  return withRegistry(data, (repository) => readRelease(repository, version));
}

export async function readRelease(repository: ImageRepository, version: string): Promise<ReleasePredicate> {
  const statement = parseReleaseStatement(await readPayload(repository, imageTag(`statement-${version}`)));
  if (statement.is === 'refused') throw new Error(`The statement of ${version} ${statement.reason}`);
  return statement.value.predicate;
}

/** What is signed in a bundle of the registry. */
export async function readPayload(
  repository: ImageRepository,
  reference: Parameters<ImageRepository['readManifest']>[0],
): Promise<Uint8Array> {
  const artifact = await readArtifact(repository, reference);
  if (artifact?.is !== 'ok') throw new Error(`${reference} is no signed document`);
  const bundle: { dsseEnvelope: { payload: string } } = JSON.parse(new TextDecoder().decode(artifact.value.content));
  return new Uint8Array(Buffer.from(bundle.dsseEnvelope.payload, 'base64'));
}
