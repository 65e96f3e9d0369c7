import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { emptyConfigBytes, mediaTypes } from '../../domain/oci.ts';
import { makeArtifact } from '../../domain/oci-manifest.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { readArtifact, streamOf } from '../facts/read-artifact.ts';
import type { StepHandler } from '../run-step.ts';

export const decisionType = 'application/vnd.cutwater.decision.v1';

export interface DecisionEffect {
  readonly tag: ImageTag;
  /** The raw tag object. */
  readonly raw: Uint8Array;
  /** The image it speaks of, where there is one. */
  readonly subject: Descriptor | undefined;
}

/** Keeps a raw decision tag in the registry, beside what it speaks of. */
export function decisionHandler(repository: ImageRepository, effect: DecisionEffect): StepHandler<Digest> {
  return {
    observe: async () => {
      const stored = await readArtifact(repository, effect.tag);
      if (stored === undefined) return { is: 'absent' };
      const same = stored.is === 'ok' && digestOf(stored.value.content) === digestOf(effect.raw);
      if (same) return { is: 'present', evidence: digestOf(effect.raw) };
      const error = new CutwaterError(
        'DIGEST_CONFLICT',
        `Cannot store decision ${effect.tag}: the registry holds another one under this name`,
      );
      return { is: 'conflict', error };
    },
    apply: async () => {
      const layer = { mediaType: decisionType, digest: digestOf(effect.raw), size: effect.raw.length };
      const config = {
        mediaType: mediaTypes.ociEmpty,
        digest: digestOf(emptyConfigBytes),
        size: emptyConfigBytes.length,
      };
      const manifest = makeArtifact({
        artifactType: decisionType,
        layers: [layer],
        subject: effect.subject,
        annotations: {},
      });
      await repository.writeBlob(config, () => streamOf(emptyConfigBytes));
      await repository.writeBlob(layer, () => streamOf(effect.raw));
      if (effect.subject !== undefined) {
        const { mediaType, digest, bytes } = manifest;
        const descriptor = { mediaType, digest, size: bytes.length, artifactType: decisionType };
        await repository.writeReferrer(manifest, descriptor, effect.subject.digest);
      }
      await repository.writeManifest(effect.tag, manifest, null);
    },
  };
}
