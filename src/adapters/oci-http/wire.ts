import type { RegistryHosts } from './registry-hosts.ts';
import type { Timing } from './timing.ts';
import { hideCredentials } from './told-back.ts';
import type { Transport, WireReply, WireRequest } from './transport.ts';
import { stopped } from './transport.ts';

export interface Wire {
  exchange(request: WireRequest): Promise<WireReply>;
  requestCount(): number;
  close(): void;
}

export interface WireOptions {
  readonly transport: Transport;
  readonly hosts: RegistryHosts;
  readonly timing: Timing;
  readonly signal: AbortSignal | undefined;
}

/** Real ones have 20 characters and more. */
const shortestToken = 16;

/** The headers that carry a token: the last two are GitLab's. */
const tokenHeaders: readonly string[] = ['authorization', 'private-token', 'job-token'];

/**
 * A reply whose headers, such as `Location` and `Link`, do not tell back the token that was sent: what they say is followed to
 * other hosts and shown in messages. A password may be a word of any address, so those of `Basic` stay, and so does what some
 * registries give everybody in the place of a token, such as `QQ==`.
 */
function withoutTokens(reply: WireReply, { headers }: WireRequest): WireReply {
  const sent = tokenHeaders
    .flatMap((name) => headers[name] ?? [])
    .filter((value) => !/^basic /i.test(value) && value.replace(/^\S+ /, '').length >= shortestToken);
  if (sent.length === 0) return reply;
  return { ...reply, headers: (name) => reply.headers(name).map((value) => hideCredentials(value, sent)) };
}

/** One exchange is one request, sent when it is its host's turn: no redirects, no retries, no credentials. */
export function createWire({ transport, hosts, timing, signal }: WireOptions): Wire {
  let count = 0;
  return {
    exchange: async (request) => {
      const begun = timing.now();
      const kind = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write';
      const carry = await transport.carrier(request.url);
      const { milliseconds } = request;
      const leave = await hosts.of(request.url.host).enter({ kind, milliseconds, timing, signal });
      try {
        if (signal?.aborted === true) throw stopped(request.what);
        count += 1;
        const left = Math.max(1, milliseconds - (timing.now() - begun));
        return withoutTokens(await carry({ ...request, milliseconds: left }, signal), request);
      } finally {
        leave();
      }
    },
    requestCount: () => count,
    close: transport.close,
  };
}
