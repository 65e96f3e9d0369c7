import type { Digest } from '../src/domain/digest.ts';
import { digestOf } from '../src/domain/digest.ts';
import { mediaTypes } from '../src/domain/oci.ts';
import type { MemoryRepository } from './memory-repository.ts';
import { memoryRepository } from './memory-repository.ts';
import type { TestEntry } from './tar-fixture.ts';
import { makeTar } from './tar-fixture.ts';

export interface LayeredImage {
  readonly repository: MemoryRepository;
  readonly manifest: Digest;
}

/** An image of these layers, lowest first, in a repository without a registry. */
export function layeredImage(layers: readonly (readonly TestEntry[])[]): LayeredImage {
  const repository = memoryRepository();
  const tars = layers.map((entries) => makeTar(entries));
  const rootfs = { type: 'layers', diff_ids: tars.map((tar) => digestOf(tar)) };
  const config = repository.put(mediaTypes.ociConfig, JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs }));
  const descriptors = tars.map((tar) => repository.put(mediaTypes.ociLayerTar, tar));
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, config, layers: descriptors }));
  const manifest = digestOf(bytes);
  repository.manifests.set(manifest, { mediaType: mediaTypes.ociManifest, digest: manifest, bytes });
  return { repository, manifest };
}
