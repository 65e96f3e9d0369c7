import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import type { ScanTarget } from '../../ports/scanner.ts';
import { encodeTarHead, padding, tarEnd } from '../assemble/tar-block.ts';

/**
 * Writes the image in a layout as `docker save` does: a tar of its blobs with a `manifest.json` that names them, beside the
 * blobs. Gives its path. Throws IMAGE_INVALID, DISK, and what the repository throws.
 */
export async function writeDockerArchive(
  { repository, manifest: image }: Pick<ScanTarget, 'repository' | 'manifest'>,
  layout: string,
): Promise<string> {
  const manifest = await repository.readManifest(image.digest);
  const parsed = manifest && parseImageManifest(manifest);
  if (parsed?.is !== 'ok')
    throw new CutwaterError('IMAGE_INVALID', `Cannot read image ${image.digest}: it ${parsed?.reason ?? 'is gone'}`);
  const { config, layers } = parsed.value;
  const list = [{ Config: pathOf(config), RepoTags: [], Layers: layers.map(pathOf) }];
  const file = join(layout, 'image.tar');
  const handle = await open(file, 'wx');
  try {
    const text = new TextEncoder().encode(JSON.stringify(list));
    await handle.writeFile(headOf('manifest.json', text.length));
    await handle.writeFile(text);
    await handle.writeFile(padding(text.length));
    for (const [path, { size }] of new Map([config, ...layers].map((blob) => [pathOf(blob), blob]))) {
      await handle.writeFile(headOf(path, size));
      for await (const chunk of createReadStream(join(layout, path))) await handle.writeFile(chunk);
      await handle.writeFile(padding(size));
    }
    await handle.writeFile(tarEnd());
  } finally {
    await handle.close();
  }
  return file;
}

function pathOf({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function headOf(path: string, size: number): Uint8Array {
  return encodeTarHead({ path, kind: 'file', mode: 0o644, size, target: '' }, 0);
}
