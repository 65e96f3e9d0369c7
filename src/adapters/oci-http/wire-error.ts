import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import { TransientError } from './transient-error.ts';

/** What a failed connection means: transient unless the certificate, the protocol or the program itself is at fault. */
export function toWireError(what: string, url: URL, error: unknown): Error {
  if (isCutwaterError(error)) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const text = describe(error, code);
  if (error instanceof Error && error.name === 'AbortError')
    return new CutwaterError('INTERRUPTED', `Cannot ${what}: the run was stopped`, { cause: error });
  if (/^HPE_|^ERR_HTTP|^ERR_INVALID_CHAR|^EPROTO$|WRONG_VERSION_NUMBER/.test(code))
    return new CutwaterError(
      'BAD_REPLY',
      `Cannot ${what}: ${quote(url.host)} does not speak ${protocolOf(url)} (${text})`,
      {
        cause: error,
      },
    );
  if (isCertificateProblem(code))
    return new CutwaterError(
      'UNREACHABLE',
      `Cannot ${what}: the certificate of ${quote(url.host)} is not trusted (${text})`,
      {
        hint: 'Set NODE_EXTRA_CA_CERTS to the certificate of your own authority',
        cause: error,
      },
    );
  return new TransientError('UNREACHABLE', `Cannot ${what}: ${quote(url.host)} does not answer (${text})`, {
    cause: error,
  });
}

/** A reply whose body broke off. */
export function cutReply(what: string, found: string, cause: unknown): Error {
  if (isCutwaterError(cause)) return cause;
  return new TransientError('BAD_REPLY', `Cannot ${what}: the reply ends after ${found} (${describe(cause, '')})`, {
    cause,
  });
}

function describe(error: unknown, code: string): string {
  if (!(error instanceof Error)) return escapeText(String(error), 200);
  // Several addresses were tried: the message is empty and the reasons are inside.
  const inner = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0].message : '';
  return escapeText(error.message || inner || code || error.name, 200);
}

function protocolOf(url: URL): string {
  return url.protocol === 'https:' ? 'https' : 'http';
}

function isCertificateProblem(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|HOSTNAME_MISMATCH/.test(code);
}
