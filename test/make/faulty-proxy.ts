import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from './folder.ts';
import type { ListeningRegistry } from '../../src/registry-server/listen-registry.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';

/** A request on its way to the registry, as a fault sees it. */
export interface Passing {
  /** From 1, since the fault was set. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** What the registry would have answered. */
export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/**
 * `pass` lets it through. `drop` ends the connection before the registry hears of it. `cut` lets the registry act and ends
 * the connection halfway through the answer, or before one that has no body. A function answers in its own way.
 */
export type Fault = (
  passing: Passing,
) => 'pass' | 'cut' | 'drop' | ((answer: RegistryAnswer, to: ServerResponse) => void);

export interface FaultyProxy {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** From now on the registry of this folder answers, with this fault; counting begins anew. */
  serve(folder: string, fault?: Fault): Promise<void>;
  /** Requests since the last `serve`. */
  count(): number;
  /** Nobody listens any more, until the next `serve`. */
  goDown(): Promise<void>;
}

/** An HTTP proxy in front of the embedded registry whose faults can be chosen. */
export async function makeFaultyProxy(scope: Scope): Promise<FaultyProxy> {
  let registry: ListeningRegistry | undefined;
  let fault: Fault = () => 'pass';
  let number = 0;
  const server = createServer((incoming, outgoing) => {
    number += 1;
    const passing = {
      number,
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      authorization: incoming.headers.authorization,
    };
    const act = fault(passing);
    if (act === 'drop' || registry === undefined) outgoing.destroy();
    else void forward(incoming, registry.port).then((answer) => reply(answer, act, outgoing));
  });
  const listen = (port: number): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<number>();
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      resolve(isAddress(address) ? address.port : 0);
    });
    return promise;
  };
  const close = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    server.closeAllConnections();
    await promise;
  };
  const port = await listen(0);
  scope.after(async () => {
    await close();
    await registry?.close();
  });
  return {
    host: `127.0.0.1:${port}`,
    async serve(folder, chosen = () => 'pass') {
      await registry?.close();
      registry = await listenRegistry({ folder });
      fault = chosen;
      number = 0;
      if (!server.listening) await listen(port);
    },
    count: () => number,
    goDown: close,
  };
}

function reply(
  answer: RegistryAnswer,
  act: 'pass' | 'cut' | ((answer: RegistryAnswer, to: ServerResponse) => void),
  to: ServerResponse,
): void {
  if (typeof act === 'function') return act(answer, to);
  if (act === 'cut' && answer.body.length === 0) return void to.destroy();
  to.writeHead(answer.status, answer.headers);
  if (act === 'pass') to.end(answer.body);
  else to.write(answer.body.subarray(0, answer.body.length / 2), () => to.destroy());
}

async function forward(incoming: IncomingMessage, port: number): Promise<RegistryAnswer> {
  const { method = 'GET', url = '/', headers } = incoming;
  const { promise, resolve, reject } = Promise.withResolvers<RegistryAnswer>();
  const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (response) => {
    const chunks: Uint8Array[] = [];
    response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = response.headers;
      resolve({ status: response.statusCode ?? 0, headers: kept, body: Buffer.concat(chunks) });
    });
  });
  outgoing.on('error', reject);
  incoming.pipe(outgoing);
  return promise;
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
