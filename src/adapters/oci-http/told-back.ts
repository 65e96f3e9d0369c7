import type { Reply } from './reply-body.ts';

/** A password shorter than this would take ordinary words out of a message. */
const shortest = 4;

/**
 * A failure as it may be shown: without what was sent to log in, should the server tell it back. `sent` are values of
 * `Authorization` headers, or bare tokens.
 */
export function withoutCredentials(reply: Reply, sent: readonly (string | undefined)[]): Reply {
  const text = hideCredentials(Buffer.from(reply.bytes).toString('latin1'), sent);
  return { ...reply, bytes: Buffer.from(text, 'latin1') };
}

/** The same for one text, each character of which is a byte, as in headers. */
export function hideCredentials(text: string, sent: readonly (string | undefined)[]): string {
  const secrets = sent.flatMap((value) => (value === undefined ? [] : secretsIn(value)));
  return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '[secret]'), text);
}

/** The forms in which a server could tell it back, longest first, each as its bytes. */
function secretsIn(value: string): readonly string[] {
  const credentials = value.replace(/^\S+ /, '');
  const decoded = /^Basic /i.test(value) ? Buffer.from(credentials, 'base64').toString('utf8') : '';
  const password = decoded.slice(decoded.indexOf(':') + 1);
  return [credentials, decoded, password]
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
    .filter((text) => text.length >= shortest)
    .map((text) => Buffer.from(text, 'utf8').toString('latin1'))
    .toSorted((left, right) => right.length - left.length);
}
