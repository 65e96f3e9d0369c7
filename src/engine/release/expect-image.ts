import type { Digest } from '../../domain/digest.ts';
import type { PassedGate } from '../../domain/release-checks.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import type { ImageOrigin } from '../../estate/choose-origin.ts';
import type { OriginQuestion } from './find-origin.ts';
import { findOrigin, judgePinned } from './find-origin.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ReadWorld } from '../world.ts';

/** The image a release will have, as far as that is known before anything is built. */
export interface ExpectedImage {
  /** Undefined where it will be built. */
  readonly digest: Digest | undefined;
  /** The version whose image people validate. */
  readonly validated: Version;
  /** Gates that passed for it already: those of the candidate that is promoted. */
  readonly gates: readonly PassedGate[];
}

/** Throws where the image may not be published. */
export async function expectImage(world: ReadWorld, question: OriginQuestion): Promise<ExpectedImage> {
  const { origin, held } = await originOf(world, question);
  return expectedOf(world, question.loaded, { origin, held, version: question.version });
}

/** Where the image of a release comes from, and what its candidate tag holds. Throws as above. */
export async function originOf(
  world: ReadWorld,
  question: OriginQuestion,
): Promise<{ readonly origin: ImageOrigin; readonly held: Digest | undefined }> {
  const { tagObject } = question;
  const held = tagObject && (await world.repository.resolve(candidateTag(tagObject)))?.digest;
  if (held === undefined) return { origin: await findOrigin(world, question), held };
  return { origin: (await judgePinned(world, question, held)).origin, held };
}

/** The same where it is known already where the image comes from. */
export async function expectedOf(
  world: ReadWorld,
  loaded: LoadedPolicy,
  known: { readonly origin: ImageOrigin; readonly held: Digest | undefined; readonly version: Version },
): Promise<ExpectedImage> {
  const { origin, held, version } = known;
  if (origin.is !== 'promotion') return { digest: held, validated: version, gates: [] };
  const { promotion } = origin;
  const record = await readRecord(world, loaded, promotion.version);
  const gates = record.is === 'valid' ? record.release.gates : [];
  return {
    digest: promotion.digest,
    validated: promotion.version,
    gates: gates.flatMap((gate) =>
      gate.outcome === 'passed' ? [{ ...gate, from: gate.from ?? releaseTagOf(promotion.version) }] : [],
    ),
  };
}
