import { CutwaterError } from '../../domain/error.ts';
import type { Secret } from '../../domain/secret.ts';

export interface WebhookPlace {
  readonly channel: string;
  /** `name[:port]`, the only host that counts. */
  readonly host: string;
  /** The variable the address came from, for messages. */
  readonly variable: string;
}

/**
 * The address to send to, if it is one that may be sent to: https (http only to this machine), exactly the host the policy
 * names, no user and password in it. No message shows any of it.
 */
export function readWebhookAddress(address: Secret | undefined, place: WebhookPlace): URL {
  if (address === undefined)
    throw new CutwaterError('UNAUTHENTICATED', `Cannot announce on ${place.channel}: ${place.variable} is not set`, {
      hint: `Set ${place.variable} to the address of the webhook at ${place.host}`,
    });
  const url = URL.parse(address.reveal().trim());
  const fault = faultOf(url, place.host);
  if (url !== null && fault === undefined) return url;
  throw new CutwaterError(
    'INPUT_INVALID',
    `Cannot announce on ${place.channel}: the address in ${place.variable} ${fault ?? 'is none'}`,
    { hint: `Set ${place.variable} to the address of the webhook at ${place.host}` },
  );
}

function faultOf(url: URL | null, host: string): string | undefined {
  if (url === null) return 'is no address';
  // A port that is the default of http stands in no URL of https, so hosts are compared as they are.
  if (url.host !== host) return `is not at the host the policy names, ${host}`;
  if (url.username !== '' || url.password !== '') return 'has a user or a password in it';
  if (url.protocol === 'https:') return undefined;
  const isHere = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|localhost)$/.test(url.hostname);
  return url.protocol === 'http:' && isHere ? undefined : 'does not begin with https://';
}
