import { join } from 'node:path';
import { keyAttestor } from '../../src/adapters/sigstore-bundle/key-attestor.ts';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { parseDigest } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Attestor } from '../../src/ports/attestor.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import type { TestProject } from './project.ts';
import { readPublished } from './published.ts';

/** Someone who may push to the registry of a data folder, and does so with any client. */
export async function withRegistry<Result>(
  data: string,
  act: (repository: ImageRepository) => Promise<Result>,
  name = 'tiny',
): Promise<Result> {
  const server = await listenRegistry({ folder: join(data, 'registry') });
  const address = { protocol: 'http', host: '127.0.0.1', port: server.port } as const;
  const repository = openRepository({ registry: 'embedded', repository: name }, { address });
  try {
    return await act(repository);
  } finally {
    repository.close();
    await server.close();
  }
}

/** Points tags at an image or document that is in the registry already, whatever they pointed at before. */
export async function pointImageTags(data: string, digest: Digest, ...tags: readonly string[]): Promise<void> {
  await withRegistry(data, async (repository) => {
    const manifest = await repository.readManifest(digest);
    if (manifest === undefined) throw new Error(`${digest} is not in the registry`);
    for (const tag of tags) await repository.writeManifest(imageTag(tag), manifest);
  });
}

/** What a tag of the registry points at, read from disk. */
export async function digestAt(data: string, tag: string): Promise<Digest> {
  const found = (await readPublished(data)).tags[tag];
  const digest = parseDigest(found ?? '');
  if (digest.is === 'refused') throw new Error(`the registry has no tag ${tag}`);
  return digest.value;
}

/** Signs as the project's CI does. */
export function ciOf(project: TestProject): Attestor {
  return keyAttestor({ name: 'ci', privateKeyPem: new Secret(project.ciKeyPem) });
}
