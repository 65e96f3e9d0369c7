import { TrustedRoot } from '@sigstore/protobuf-specs';
import { CutwaterError } from '../../domain/error.ts';
import { escapeText } from '../../domain/quote.ts';

/** A sigstore trusted root in JSON with at least one certificate authority. Throws KEY_UNUSABLE naming where it is from. */
export function readTrustedRoot(given: {
  /** For messages: `trusted root "root.json"`. */
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly hint: string;
}): TrustedRoot {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(given.bytes));
    const root = TrustedRoot.fromJSON(json);
    if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority');
    return root;
  } catch (error) {
    const reason = escapeText(error instanceof Error ? error.message : String(error), 200);
    throw new CutwaterError('KEY_UNUSABLE', `Cannot read the ${given.subject}: ${reason}`, {
      cause: error,
      hint: given.hint,
    });
  }
}
