import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { StepHandler } from '../run-step.ts';

export interface ImageTagEffect {
  readonly tag: ImageTag;
  readonly digest: Digest;
  /** `immutable`: another digest there is a conflict. `first-wins`: whatever is there first stays, and is the evidence. */
  readonly once: 'immutable' | 'first-wins';
}

/** Gives a manifest that is in the repository one more name. The evidence is the digest the name holds. */
export function imageTagHandler(repository: ImageRepository, effect: ImageTagEffect): StepHandler<Digest> {
  return {
    observe: async () => {
      const found = await repository.resolve(effect.tag);
      if (found === undefined) return { is: 'absent' };
      if (found.digest === effect.digest || effect.once === 'first-wins')
        return { is: 'present', evidence: found.digest };
      return { is: 'conflict', error: digestConflict(repository, effect, found.digest) };
    },
    apply: () => copyTag(repository, { ...effect, expected: null }),
  };
}

/** Writes the manifest bytes under a tag. A lost race is no error here: the look afterwards judges it. */
export async function copyTag(
  repository: ImageRepository,
  effect: { readonly tag: ImageTag; readonly digest: Digest; readonly expected: Digest | null },
): Promise<void> {
  const manifest = await repository.readManifest(effect.digest);
  if (manifest === undefined)
    throw new CutwaterError(
      'NOT_PUBLISHED',
      `Cannot tag ${effect.tag}: ${effect.digest} is not in ${formatImageName(repository.name)}`,
    );
  try {
    await repository.writeManifest(effect.tag, manifest, effect.expected);
  } catch (error) {
    if (error instanceof CutwaterError && error.code === 'DIGEST_CONFLICT') return;
    throw error;
  }
}

function digestConflict(repository: ImageRepository, effect: ImageTagEffect, found: Digest): CutwaterError {
  const name = `${formatImageName(repository.name)}:${effect.tag}`;
  return new CutwaterError(
    'DIGEST_CONFLICT',
    `Cannot publish ${name}: it is ${found} already, ${effect.digest} is wanted`,
  );
}
