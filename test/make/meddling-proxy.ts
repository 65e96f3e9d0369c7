import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scope } from './folder.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import type { ListeningRegistry } from '../../src/registry-server/listen-registry.ts';

/** Acts before a request is let through, such as another writer that comes just before it. */
export type Meddler = (request: { readonly method: string; readonly path: string }) => Promise<void>;

export interface MeddlingProxy {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** From now on the registry of this folder answers. */
  serve(folder: string, meddler?: Meddler): Promise<void>;
}

/**
 * A registry that knows no conditional requests, as most do: the proxy drops `If-Match` and `If-None-Match` and lets
 * requests through one at a time, so that what the meddler does comes right before the request it waited for.
 */
export async function makeMeddlingProxy(scope: Scope): Promise<MeddlingProxy> {
  let registry: ListeningRegistry | undefined;
  let meddler: Meddler = async () => undefined;
  let turn = Promise.resolve();
  const server = createServer((incoming, outgoing) => {
    turn = turn.then(async () => {
      await meddler({ method: incoming.method ?? '', path: incoming.url ?? '' });
      if (registry === undefined) outgoing.destroy();
      else await forward(incoming, outgoing, registry.port);
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  await promise;
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
    await registry?.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    host: `127.0.0.1:${port ?? 0}`,
    async serve(folder, chosen = async () => undefined) {
      await registry?.close();
      registry = await listenRegistry({ folder });
      meddler = chosen;
    },
  };
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): Promise<void> {
  const { 'if-match': _, 'if-none-match': __, ...headers } = incoming.headers;
  const { method = 'GET', url: path = '/' } = incoming;
  const { promise, resolve } = Promise.withResolvers<void>();
  outgoing.on('close', resolve);
  const onward = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
    const { connection: ___, ...kept } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, kept);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
  await promise;
}
