import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { CutwaterError } from '../domain/error.ts';
import type { Secret } from '../domain/secret.ts';
import { answerHttp } from './answer-http.ts';
import { createRegistry } from './create-registry.ts';
import type { RegistryOptions } from './create-registry.ts';

export interface ListenOptions extends RegistryOptions {
  /** Default 127.0.0.1: without `access` whoever reaches the port may write. */
  readonly host?: string;
  /** Default 0: the system picks a free one. */
  readonly port?: number;
  /** Certificate chain and private key, PEM. Without it plain HTTP is spoken. */
  readonly tls?: TlsIdentity;
}

export interface TlsIdentity {
  readonly certificate: string;
  readonly key: Secret;
}

export interface ListeningRegistry {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, or `https:`, without a slash at the end. */
  readonly url: string;
  /** Ends the requests under way, at most five seconds, then the connections. */
  close(): Promise<void>;
}

/** Serves the embedded registry. Throws UNREACHABLE where it cannot listen there, KEY_UNUSABLE for a bad certificate or key. */
export async function listenRegistry(options: ListenOptions): Promise<ListeningRegistry> {
  const { host = '127.0.0.1', port = 0 } = options;
  const registry = createRegistry(options);
  const server = makeServer(options.tls, answerHttp(registry));
  server.timeout = 120_000;
  const bound = await listen(server, host, port);
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    port: bound,
    url: `${options.tls === undefined ? 'http' : 'https'}://${name}:${bound}`,
    close: () => closeServer(server),
  };
}

// A large blob over a slow line may take hours, silence may not: no limit on the whole, one on idle connections.
const times = { requestTimeout: 0, keepAliveTimeout: 65_000 };

function makeServer(tls: TlsIdentity | undefined, answer: RequestListener): Server {
  if (tls === undefined) return createServer(times, answer);
  try {
    return createTlsServer({ ...times, cert: tls.certificate, key: tls.key.reveal(), minVersion: 'TLSv1.2' }, answer);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CutwaterError('KEY_UNUSABLE', `Cannot serve TLS: certificate and key do not fit (${reason})`, {
      hint: 'Give a PEM certificate and its own PEM key without passphrase',
    });
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', (error) => {
    reject(new CutwaterError('UNREACHABLE', `Cannot listen on ${host}:${port}: ${error.message}`, { cause: error }));
  });
  server.listen({ host, port, exclusive: true }, () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) resolve(address.port);
    else reject(new Error('A TCP server has an address'));
  });
  return promise;
}

const graceMilliseconds = 5000;

async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  server.close(() => resolve());
  server.closeIdleConnections();
  await promise;
  clearTimeout(timer);
}
