import type { RegistryHosts } from './registry-hosts.ts';
import type { Timing } from './timing.ts';
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
        return await carry({ ...request, milliseconds: left }, signal);
      } finally {
        leave();
      }
    },
    requestCount: () => count,
    close: transport.close,
  };
}
