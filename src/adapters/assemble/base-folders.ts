import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { tarEntries } from '../../domain/tar-entries.ts';
import { decompressLayer } from '../files/decompress-layer.ts';
import type { BaseImage } from './base-image.ts';
import type { LayoutBlobs } from './layout-blobs.ts';

/**
 * Which of these paths the base already has. An entry of ours for such a folder would replace a link like
 * /bin -> usr/bin by a folder, or open up /root. On the way every layer is compared with its diff id.
 */
export async function foldersOfBase(
  base: BaseImage,
  wanted: readonly string[],
  blobs: LayoutBlobs,
): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  for (const [index, layer] of base.layers.entries()) {
    const hash = createHash('sha256');
    const hashed = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of decompressLayer(layer.mediaType, blobs.read(layer.digest))) {
        hash.update(chunk);
        yield chunk;
      }
    };
    // Whiteouts speak of lower layers only, wherever they stand in theirs.
    const added = new Set<string>();
    for await (const { path } of tarEntries(hashed())) {
      const clean = posix.join('/', path).slice(1).replace(/\/$/, '');
      const hidden = hiddenBy(clean);
      for (const folder of wanted) {
        if (clean === folder || clean.startsWith(`${folder}/`)) added.add(folder);
        if (hidden !== undefined && `${folder}/`.startsWith(hidden)) present.delete(folder);
      }
    }
    for (const folder of added) present.add(folder);
    if (digestFromHex(hash.digest('hex')) !== base.config.diffIds[index])
      throw new CutwaterError(
        'DIGEST_MISMATCH',
        `Cannot build on ${base.name}: layer ${layer.digest} is not what its configuration says`,
      );
  }
  return present;
}

/** What a whiteout hides, as the beginning of paths; undefined for all other entries. */
function hiddenBy(path: string): string | undefined {
  const name = posix.basename(path);
  if (!name.startsWith('.wh.')) return undefined;
  const folder = posix.dirname(path) === '.' ? '' : `${posix.dirname(path)}/`;
  if (name === '.wh..wh..opq') return folder;
  return name.startsWith('.wh..wh.') ? undefined : `${folder}${name.slice('.wh.'.length)}/`;
}
