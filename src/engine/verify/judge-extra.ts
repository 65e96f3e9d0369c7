import type { Digest } from '../../domain/digest.ts';
import type { Trust } from '../../domain/trust.ts';
import type { BundleVerifier } from '../../ports/attestor.ts';
import { hasSubject, parseStatement } from '../../report/documents/statement.ts';

/** What a document that no release statement names is worth. */
export type Judgement =
  /** CI signed it, about this very image. `type` is what was signed. */
  | { readonly is: 'trusted'; readonly type: string; readonly signer: string }
  /** `type` is what it looks like; nobody vouches for that. */
  | { readonly is: 'untrusted'; readonly type: string; readonly reason: string };

/** Judges a sigstore bundle: signed by a trusted key, over a statement that speaks of the image it is attached to. */
export async function judgeBundle(
  bundle: Uint8Array,
  question: { readonly bundleVerifier: BundleVerifier; readonly trust: Trust; readonly subject: Digest },
): Promise<Judgement> {
  const type = 'sigstore bundle';
  const verdict = await question.bundleVerifier.verifyStatement(bundle, question.trust);
  if (verdict.is === 'rejected') return { is: 'untrusted', type, reason: verdict.reason };
  const statement = parseStatement(verdict.payload);
  if (statement.is === 'refused') return { is: 'untrusted', type, reason: `what is signed ${statement.reason}` };
  const { predicateType } = statement.value;
  if (!hasSubject(statement.value, question.subject))
    return { is: 'untrusted', type: predicateType, reason: 'it speaks of another image' };
  return { is: 'trusted', type: predicateType, signer: verdict.signer };
}
