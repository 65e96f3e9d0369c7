import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { Digest } from '../../domain/digest.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { Descriptor } from '../../domain/oci.ts';
import type { ImageManifest } from '../../domain/oci-manifest.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { documentLimit, readWhole } from './read-artifact.ts';

export interface ForeignArtifact {
  readonly digest: Digest;
  readonly parsed: ImageManifest;
  readonly layers: readonly { readonly descriptor: Descriptor; readonly content: Uint8Array }[];
}

/**
 * Reads what anybody may have put beside an image: a manifest of 1 to `atMost` layers, small together. Undefined where there is nothing,
 * refused where a part is missing, is no manifest or is not what it says it is: whoever may push could otherwise stop
 * every reader with one bad manifest. A server that does not answer is an error as ever.
 */
export async function readForeign(
  repository: ImageRepository,
  reference: ImageTag | Digest,
  atMost: number,
): Promise<Parsed<ForeignArtifact> | undefined> {
  try {
    const manifest = await repository.readManifest(reference);
    if (manifest === undefined) return undefined;
    const parsed = parseImageManifest(manifest);
    if (parsed.is === 'refused') return parsed;
    const { layers } = parsed.value;
    if (layers.length === 0 || layers.length > atMost) return refuse(`has ${layers.length} layers`);
    const bytes = layers.reduce((sum, { size }) => sum + size, 0);
    if (bytes > documentLimit) return refuse(`is above ${documentLimit} bytes`);
    const read: ForeignArtifact['layers'][number][] = [];
    for (const descriptor of layers)
      read.push({ descriptor, content: await readWhole(repository.readBlob(descriptor)) });
    return accept({ digest: manifest.digest, parsed: parsed.value, layers: read });
  } catch (error) {
    if (isCutwaterError(error) && faultsOfContent.includes(error.code)) return refuse('cannot be read: it is damaged');
    throw error;
  }
}

/** What a bad manifest or blob causes, and no server that works only now and then. */
const faultsOfContent: readonly ErrorCode[] = ['BAD_REPLY', 'CONTENT_MISSING', 'DIGEST_MISMATCH'];
