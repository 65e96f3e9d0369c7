import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import type { Descriptor } from '../../src/domain/oci.ts';
import { mediaTypes } from '../../src/domain/oci.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';

/** Pushes an image of some platforms to a registry folder as `docker push` would, under any number of tags; its digest. */
export async function pushImage(
  folder: string,
  image: {
    readonly repository: string;
    readonly text: string;
    readonly tags: readonly string[];
    /** Architectures; default: amd64 and arm64. */
    readonly platforms?: readonly string[];
  },
): Promise<Digest> {
  const server = await listenRegistry({ folder });
  const address = { protocol: 'http', host: '127.0.0.1', port: server.port } as const;
  const repository = openRepository({ registry: 'embedded', repository: image.repository }, { address });
  try {
    const layer = await pushBlob(repository, mediaTypes.ociLayerTar, image.text);
    const manifests: Descriptor[] = [];
    for (const architecture of image.platforms ?? ['amd64', 'arm64']) {
      const platform = { os: 'linux', architecture };
      const config = { ...platform, rootfs: { type: 'layers', diff_ids: [layer.digest] }, config: {} };
      const manifest = {
        config: await pushBlob(repository, mediaTypes.ociConfig, JSON.stringify(config)),
        layers: [layer],
      };
      manifests.push({ ...(await pushManifest(repository, mediaTypes.ociManifest, manifest)), platform });
    }
    const index = await pushManifest(repository, mediaTypes.ociIndex, { manifests }, image.tags);
    return index.digest;
  } finally {
    repository.close();
    await server.close();
  }
}

async function pushBlob(repository: ImageRepository, mediaType: string, text: string): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(text);
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  await repository.writeBlob(descriptor, async function* () {
    yield bytes;
  });
  return descriptor;
}

async function pushManifest(
  repository: ImageRepository,
  mediaType: string,
  content: Readonly<Record<string, unknown>>,
  tags: readonly string[] = [],
): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  const manifest = { mediaType, digest: digestOf(bytes), bytes };
  await repository.writeManifest(manifest.digest, manifest);
  for (const tag of tags) await repository.writeManifest(imageTag(tag), manifest);
  return { mediaType, digest: manifest.digest, size: bytes.length };
}
