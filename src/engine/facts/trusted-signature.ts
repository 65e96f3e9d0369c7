import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Trust } from '../../domain/trust.ts';
import type { Attestor, BundleBytes, BundleVerdict, BundleVerifier } from '../../ports/attestor.ts';

export interface SigningWorld {
  readonly attestor: Attestor;
  readonly bundleVerifier: BundleVerifier;
}

export interface SigningOrder {
  /** Who counts, as `verify` will judge. */
  readonly trust: Trust;
  /** What is signed, as in "the provenance". */
  readonly what: string;
}

/**
 * Signs an in-toto statement as CI, and judges the signature as everyone else will, before anyone sees it: what does not
 * count would stand in the place of what does. Throws KEY_UNUSABLE.
 */
export async function signStatement(
  { attestor, bundleVerifier }: SigningWorld,
  statement: Uint8Array,
  order: SigningOrder,
): Promise<BundleBytes> {
  const bundle = await attestor.signStatement(statement);
  requireCounting(await bundleVerifier.verifyStatement(bundle, order.trust), attestor, order);
  return bundle;
}

/** The same for bytes that are no statement. */
export async function signBlob(
  { attestor, bundleVerifier }: SigningWorld,
  bytes: Uint8Array,
  order: SigningOrder,
): Promise<BundleBytes> {
  const bundle = await attestor.signBlob(bytes);
  requireCounting(await bundleVerifier.verifyBlob(bundle, bytes, order.trust), attestor, order);
  return bundle;
}

function requireCounting(verdict: BundleVerdict, attestor: Attestor, { trust, what }: SigningOrder): void {
  if (verdict.is === 'valid') return;
  throw new CutwaterError(
    'KEY_UNUSABLE',
    `Cannot sign ${what}: what ${quote(attestor.identity)} signs does not count by trust.ci of ${quote(trust.origin)}, ${verdict.reason}`,
    {
      hint:
        attestor.kind === 'keyless'
          ? 'Run it in the workflow that trust.ci names, or change its identity, issuer or trustedRoot there and commit it'
          : 'Use the CI key of this project, or name the public half of this one under trust.ci and commit it',
    },
  );
}
