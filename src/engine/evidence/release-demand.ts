import type { PassedGate } from '../../domain/release-checks.ts';
import { changeSincePrevious } from './critical-change.ts';
import { expectImage } from '../release/expect-image.ts';
import type { OriginQuestion } from '../release/find-origin.ts';
import type { ReleaseKind } from '../facts/release-class.ts';
import type { EvidenceDemand } from './require-evidence.ts';
import type { ReadWorld } from '../world.ts';

/** What a release has to pass, as far as that is known before anything is built. */
export interface ReleaseDemand {
  readonly evidence: EvidenceDemand;
  /** Gates that passed for its image already. */
  readonly gates: readonly PassedGate[];
}

/** Throws where the image of the release may not be published. */
export async function demandOf(
  world: ReadWorld,
  question: OriginQuestion,
  kinds: readonly ReleaseKind[],
): Promise<ReleaseDemand> {
  const { loaded, act, version, commit, tags } = question;
  const { digest, validated, gates } = await expectImage(world, question);
  const change = changeSincePrevious(world, loaded, { version, commit, tags });
  return { evidence: { act, version, commit, kinds, digest, tags, change, validated }, gates };
}
