import type * as z from './field.ts';
import { checkedText, section } from './parsed-text.ts';

const address = (notes: { readonly description: string }) =>
  checkedText({ wanted: 'an https address', pattern: '^https?://', ...notes }, (text) =>
    /^(?:https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?|http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5})(?:\/[A-Za-z0-9._~/-]*)?$/.test(
      text,
    )
      ? undefined
      : 'is no such address',
  );

/** Services that workflows without a key of their own sign with. */
export const signingSchema = section('a mapping', {
  fulcio: address({ description: 'The certificate authority.' }).prefault('https://fulcio.sigstore.dev'),
  rekor: address({ description: 'The transparency log.' }).prefault('https://rekor.sigstore.dev'),
  timestamp: address({ description: "A timestamp authority; by default the log's own time counts." }).optional(),
}).meta({
  description: 'Where CI signs when it has no key but an OIDC token (sigstore keyless). trust.ci says whose it counts.',
});

export type SigningPolicy = z.output<typeof signingSchema>;
