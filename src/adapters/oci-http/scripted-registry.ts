import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { Manifest } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { anonymous } from './credentials.ts';
import type { OpenRepositoryOptions, RegistryRepository } from './open-repository.ts';
import { openRepository } from './open-repository.ts';
import type { Timing } from './timing.ts';

/** For tests: a server on loopback that answers each request as a script says, however wrong. */
export interface ScriptedRegistry {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly seen: readonly SeenRequest[];
  /** `GET /v2/...` of all requests so far. */
  log(): readonly string[];
}

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Script = (request: SeenRequest, response: ServerResponse) => void;

/** Lets the script answer as soon as a request's headers are there, without its body. */
export interface ScriptOptions {
  readonly early?: boolean;
}

export async function startScript(
  test: TestContext,
  script: Script,
  options: ScriptOptions = {},
): Promise<ScriptedRegistry> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const answer = (): void => {
      const entry = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      seen.push(entry);
      script(entry, response);
    };
    request.on('error', () => undefined);
    if (options.early === true) return answer();
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', answer);
  });
  const port = await listen(server);
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, host: `127.0.0.1:${port}`, seen, log: () => seen.map(({ method, path }) => `${method} ${path}`) };
}

/** The repository `acme/app` of a scripted registry; no credentials and no real waiting unless the options say so. */
export function openScripted(
  test: TestContext,
  registry: ScriptedRegistry,
  options: OpenRepositoryOptions = {},
): RegistryRepository {
  const repository = openRepository(
    { registry: registry.host, repository: 'acme/app' },
    { credentials: anonymous, timing: fastTiming(), environment: {}, ...options },
  );
  test.after(() => repository.close());
  return repository;
}

/** A clock that only moves by waiting; `waits` are the milliseconds asked for. */
export function fastTiming(): Timing & { readonly waits: number[] } {
  const waits: number[] = [];
  let time = Date.UTC(2026, 0, 1);
  return {
    waits,
    now: () => time,
    random: () => 0.5,
    pause: (milliseconds) => {
      waits.push(Math.round(milliseconds));
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

export function sampleIndex(note = 'sample'): Manifest {
  const bytes = new TextEncoder().encode(
    `{ "schemaVersion": 2, "mediaType": "${mediaTypes.ociIndex}", "manifests": [], "annotations": {"note": ${JSON.stringify(note)}} }\n`,
  );
  return { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes };
}

export const stableTag: ImageTag = imageTag('1.2.3');

export function sendManifest(response: ServerResponse, manifest: Manifest, headers: Record<string, string> = {}): void {
  response.writeHead(200, {
    'content-type': manifest.mediaType,
    'content-length': manifest.bytes.length,
    'docker-content-digest': manifest.digest,
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : manifest.bytes);
}

export function withHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): ServerResponse {
  return response.setHeaders(new Map(Object.entries(headers)));
}

/** As `application/json` unless the headers say something else already. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  response.writeHead(status).end(response.req.method === 'HEAD' ? undefined : JSON.stringify(value));
}

export function sendError(
  response: ServerResponse,
  status: number,
  complaint: string | { readonly code: string; readonly message: string | undefined },
): void {
  sendJson(response, status, {
    errors: [typeof complaint === 'string' ? { code: complaint, message: 'no' } : complaint],
  });
}

function listen(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.on('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) resolve(address.port);
    else reject(new Error('No port'));
  });
  return promise;
}
