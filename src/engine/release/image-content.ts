import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { readWhole } from '../facts/read-artifact.ts';

/** What identifies the content of one platform's image. Throws IMAGE_INVALID, and what the repository throws. */
export async function readImageContent(
  repository: ImageRepository,
  digest: Digest,
): Promise<{ readonly config: Digest; readonly diffIds: readonly Digest[] }> {
  const manifest = await repository.readManifest(digest);
  const parsed = manifest && parseImageManifest(manifest);
  if (parsed?.is !== 'ok')
    throw new CutwaterError('IMAGE_INVALID', `Cannot read image ${digest}: it ${parsed?.reason ?? 'is gone'}`);
  const config = parseImageConfig(await readWhole(repository.readBlob(parsed.value.config)));
  if (config.is === 'refused')
    throw new CutwaterError('IMAGE_INVALID', `Cannot read image ${digest}: its configuration ${config.reason}`);
  return { config: parsed.value.config.digest, diffIds: config.value.diffIds };
}
