import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReleaseWorld } from '../world.ts';

/** What an unknown key signs counts nowhere; better to learn that before the build. `act` completes "Cannot ...". */
export async function requireTrustedSigner(
  world: Pick<ReleaseWorld, 'attestor' | 'bundleVerifier'>,
  { trust }: LoadedPolicy,
  act: string,
): Promise<void> {
  // A workflow's signature is public for ever once it is made, so none is made to try; each is judged before it is used.
  if (world.attestor.kind === 'keyless') return;
  const sample = new TextEncoder().encode(act);
  const verdict = await world.bundleVerifier.verifyBlob(await world.attestor.signBlob(sample), sample, trust);
  if (verdict.is === 'valid') return;
  throw new CutwaterError(
    'KEY_UNUSABLE',
    `Cannot ${act}: the CI key here is none of those in trust.ci of ${quote(trust.origin)}`,
    { hint: 'Use the CI key of this project, or name the public half of this one under trust.ci and commit it' },
  );
}
