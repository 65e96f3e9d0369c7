import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import { isJsonObject, parseJsonObject, textMember } from './json-object.ts';
import type { Reply } from './reply-body.ts';
import { contentType, firstHeader } from './reply-body.ts';
import { retryAfter } from './retry-after.ts';
import { TransientError } from './transient-error.ts';

/** What a registry says about a failure (OCI distribution-spec, "Error Codes"), as far as it can be read. */
export interface ServerComplaint {
  /** Such as `MANIFEST_UNKNOWN`; empty where there is none. */
  readonly code: string;
  /** Escaped and cut; empty where there is none. */
  readonly text: string;
}

export function readComplaint(reply: Reply): ServerComplaint {
  const errors = parseJsonObject(reply.bytes)?.['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (isJsonObject(first)) {
    const code = textMember(first, 'code') ?? '';
    return {
      code: /^[A-Za-z_]{1,64}$/.test(code) ? code.toUpperCase() : '',
      text: escapeText([textMember(first, 'message'), detailOf(first['detail'])].filter(Boolean).join(': ')),
    };
  }
  const text = new TextDecoder().decode(reply.bytes.subarray(0, 1000)).trim();
  return { code: '', text: isHtml(reply) ? 'an HTML page' : escapeText(text, 200) };
}

/** HTML comes from proxies, login pages and wrong addresses, never from a registry. */
export function isHtml(reply: Reply): boolean {
  return contentType(reply) === 'text/html' || /^\s*<(?:!doctype|html)/i.test(firstText(reply));
}

/** The error for a reply that nobody expected; `what` is verb and object. Rate limits and 5xx are transient. */
export function replyError(what: string, reply: Reply, now: number): CutwaterError {
  const complaint = readComplaint(reply);
  const said = [String(reply.status), complaint.code, complaint.text === '' ? '' : quote(complaint.text)]
    .filter(Boolean)
    .join(' ');
  const found = `Cannot ${what}: ${quote(reply.url.host)} answers ${said}`;
  const wait = retryAfter(firstHeader(reply, 'retry-after'), complaint.text, now);
  const asked = { waitMilliseconds: wait, host: reply.url.host };
  if (isRateLimit(reply, complaint)) return new TransientError('RATE_LIMITED', found, asked);
  if (transientStatuses.has(reply.status)) return new TransientError('SERVER_ERROR', found, asked);
  // RFC 4918, section 11.5: no try helps before a person has made room.
  if (reply.status === 507) return new CutwaterError('DISK', found, { hint: makeRoom });
  if (reply.status >= 500) return new CutwaterError('SERVER_ERROR', found);
  if (reply.status === 401 && complaint.code !== 'DENIED') return new CutwaterError('UNAUTHENTICATED', found);
  if (reply.status === 401 || reply.status === 403 || complaint.code === 'DENIED')
    return new CutwaterError('FORBIDDEN', found);
  if (reply.status < 400 || isHtml(reply)) return new CutwaterError('BAD_REPLY', found);
  return new CutwaterError('REGISTRY_REFUSED', found);
}

const makeRoom = 'Make room on the disk of the registry, then run the same command again';

// 499 and 522 come from proxies in front of registries and mean the same as 502 and 504.
const transientStatuses: ReadonlySet<number> = new Set([408, 499, 500, 502, 503, 504, 522]);

/** One large registry answers some rate limits with 403. */
function isRateLimit(reply: Reply, complaint: ServerComplaint): boolean {
  if (reply.status === 429 || complaint.code === 'TOOMANYREQUESTS') return true;
  return reply.status === 403 && /secondary rate limit/i.test(complaint.text);
}

function detailOf(detail: unknown): string | undefined {
  return typeof detail === 'string' ? detail : undefined;
}

function firstText(reply: Reply): string {
  return new TextDecoder().decode(reply.bytes.subarray(0, 64));
}
