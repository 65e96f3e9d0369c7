import { createHash } from 'node:crypto';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { LayerEntry } from '../../ports/image-files.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { ImageLayer } from './layer-entries.ts';
import { layerEntries } from './layer-entries.ts';

/** See `ImageFiles.entries`. Bodies are hashed as they come; memory holds names. */
export async function listEntries(
  repository: ImageRepository,
  layer: ImageLayer,
  limits: { readonly layerBytes: number; readonly nodes: number },
): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = [];
  for await (const { path, kind, mode, size, target, body } of layerEntries(repository, layer, limits.layerBytes)) {
    if (entries.length >= limits.nodes)
      throw new CutwaterError(
        'IMAGE_INVALID',
        `Cannot list layer ${layer.descriptor.digest}: it has more than ${limits.nodes} entries`,
      );
    const hash = createHash('sha256');
    for await (const chunk of body) hash.update(chunk);
    entries.push({ path, kind, mode, size, target, digest: digestFromHex(hash.digest('hex')) });
  }
  return entries;
}
