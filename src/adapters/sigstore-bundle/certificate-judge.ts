import type { Bundle } from '@sigstore/bundle';
import { Verifier, toSignedEntity, toTrustMaterial } from '@sigstore/verify';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { CiWorkflow } from '../../domain/trust.ts';
import { matchesGlob } from '../../policy/glob.ts';
import { readTrustedRoot } from './trusted-root.ts';

/**
 * Which of the trusted workflows signed a bundle with a certificate: the certificate chains to the workflow's own trusted
 * root, a log of that root saw the signature while it was valid, and issuer and identity are the ones wanted. Offline.
 *
 * The library's own matching of identities is not used: it takes an empty text for "anybody" and a text for a pattern. It
 * does not compare an envelope with an artifact either; callers hand on the very payload that is judged here.
 */
export function judgeCertificate(
  bundle: Bundle,
  blob: Uint8Array | undefined,
  trusted: { readonly workflows: readonly CiWorkflow[]; readonly origin: string },
): Parsed<CiWorkflow> {
  const reasons: string[] = [];
  for (const workflow of trusted.workflows) {
    const fault = faultFor(bundle, blob, { workflow, origin: trusted.origin });
    if (fault === undefined) return accept(workflow);
    reasons.push(`${quote(workflow.name)}: ${fault}`);
  }
  if (reasons.length === 0) return refuse(`no workflow is trusted to sign without a key by ${quote(trusted.origin)}`);
  return refuse(`it is signed by none of the workflows that ${quote(trusted.origin)} trusts (${reasons.join('; ')})`);
}

function faultFor(
  bundle: Bundle,
  blob: Uint8Array | undefined,
  { workflow, origin }: { readonly workflow: CiWorkflow; readonly origin: string },
): string | undefined {
  const verifier = makeVerifier(workflow, origin);
  try {
    const entity = toSignedEntity(bundle, blob === undefined ? undefined : Buffer.from(blob));
    const { identity } = verifier.verify(entity);
    const issuer = identity?.extensions?.issuer;
    const name = identity?.subjectAlternativeName;
    if (issuer === undefined || issuer === '' || name === undefined || name === '')
      return 'its certificate names no issuer or no identity';
    if (issuer !== workflow.issuer) return `its certificate is of the issuer ${quote(issuer)}`;
    // An identity has no folders to be passed over: `**` is `*`, any text without "/", as everything says of it.
    return matchesGlob(workflow.identity.replaceAll(/\*+/g, '*'), name)
      ? undefined
      : `its certificate is of ${quote(name)}`;
  } catch (error) {
    // Whatever is wrong with a bundle is a verdict; the library throws plain errors for some of it.
    return escapeText(error instanceof Error ? error.message : String(error), 200);
  }
}

function makeVerifier({ name, trustedRoot }: CiWorkflow, origin: string): Verifier {
  const root = readTrustedRoot({
    subject: `trusted root of ${quote(name)} in ${quote(origin)}`,
    bytes: trustedRoot,
    hint: 'Write it anew, for example with "cosign trusted-root create", and commit it',
  });
  // One log entry, one promise of the certificate log, one time that somebody else vouches for: each is required.
  return new Verifier(toTrustMaterial(root), { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 });
}
