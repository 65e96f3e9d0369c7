import { CutwaterError } from '../../domain/error.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import type { AnnouncementReceipt } from '../../ports/announcer.ts';
import { httpTransport } from '../oci-http/http-transport.ts';
import type { Environment } from '../oci-http/proxy-choice.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { readReply } from '../oci-http/reply-body.ts';
import { createRegistryHosts } from '../oci-http/registry-hosts.ts';
import { realTiming } from '../oci-http/timing.ts';
import { createWire } from '../oci-http/wire.ts';

/** A host that takes announcements, and where its address or token comes from. */
export interface ChannelHost {
  readonly channel: string;
  /** `name[:port]`, the only host that counts. */
  readonly host: string;
  /** The variable its address or token came from, for messages. */
  readonly variable: string;
  readonly timeoutSeconds: number;
  /** Proxies and certificate authorities. */
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

export interface ChannelCall {
  /** Verb and object for messages: `announce 1.2.3 on chat`. */
  readonly what: string;
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Sends JSON to a channel and gives the body of its answer. One try, no redirect: address and token are secrets of this
 * host. Throws where the answer is not 2xx.
 */
export async function callChannel(to: ChannelHost, call: ChannelCall): Promise<Uint8Array> {
  const { what, method, url } = call;
  const { environment, signal } = to;
  const transport = httpTransport(environment);
  const wire = createWire({ transport, hosts: createRegistryHosts(), timing: realTiming, signal });
  try {
    const reply = await wire.exchange({
      what,
      method,
      url,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...call.headers },
      body: { kind: 'bytes', bytes: new TextEncoder().encode(JSON.stringify(call.body)) },
      milliseconds: to.timeoutSeconds * 1000,
    });
    const whole = await readReply(reply, { what, limit: largestAnswer });
    if (whole.status < 200 || whole.status > 299) throw refusal(whole, { what, to });
    return whole.bytes;
  } finally {
    wire.close();
  }
}

/** What the host says besides its status is not shown: it may repeat the address. */
function refusal({ status }: Reply, { what, to }: { readonly what: string; readonly to: ChannelHost }): CutwaterError {
  const found = `Cannot ${what}: ${to.host} answers ${status}`;
  if (status >= 300 && status < 400)
    return new CutwaterError('ANNOUNCEMENT_REFUSED', `${found}, a redirect that is not followed`, {
      hint: `Name the host it leads to in the policy, and set ${to.variable} for it`,
    });
  return new CutwaterError(codeOf(status), found, {
    hint:
      status === 429 || status >= 500
        ? 'Run the same command again later'
        : `Check ${to.variable}, and what it may do there`,
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return 'RATE_LIMITED';
  if (status >= 500) return 'SERVER_ERROR';
  if (status === 401) return 'UNAUTHENTICATED';
  return status === 403 ? 'FORBIDDEN' : 'ANNOUNCEMENT_REFUSED';
}

/** Whatever else the answer is, the announcement was taken. */
export function receiptOf(bytes: Uint8Array): AnnouncementReceipt {
  const answer = parseObject(new TextDecoder().decode(bytes));
  const id = typeof answer['id'] === 'number' ? String(answer['id']) : answer['id'];
  const url = answer['url'];
  return {
    ...(typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id) ? { id } : {}),
    ...(typeof url === 'string' && /^https:\/\/[\x21-\x7e]{1,500}$/.test(url) ? { url } : {}),
  };
}

export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * Bytes. The largest is what a forum lists: 20 posts that anybody may have written, of 65536 characters, each of them up to six
 * bytes of JSON.
 */
const largestAnswer = 16 * 1024 * 1024;
