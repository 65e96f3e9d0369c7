import { CutwaterError } from '../../domain/error.ts';
import type { Secret } from '../../domain/secret.ts';

export interface TokenPlace {
  readonly channel: string;
  /** `name[:port]`, the only host the token is sent to. */
  readonly host: string;
  readonly variable: string;
  readonly token: Secret | undefined;
}

/** The token as a header may carry it. No message shows any of it. */
export function readToken({ channel, host, variable, token }: TokenPlace): string {
  const text = token?.reveal().trim() ?? '';
  if (text === '')
    throw new CutwaterError('UNAUTHENTICATED', `Cannot announce on ${channel}: ${variable} is not set`, {
      hint: `Set ${variable} to an access token of ${host}`,
    });
  if (/^[\x21-\x7e]{1,2000}$/.test(text)) return text;
  throw new CutwaterError('INPUT_INVALID', `Cannot announce on ${channel}: what is in ${variable} is no token`, {
    hint: `Set ${variable} to an access token of ${host}`,
  });
}

/** https, but http for this machine, where no certificate is to be had. */
export function originOf(host: string): string {
  return `${/^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|localhost)(?::\d+)?$/.test(host) ? 'http' : 'https'}://${host}`;
}
