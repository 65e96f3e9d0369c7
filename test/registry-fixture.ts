import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Digest } from '../src/domain/digest.ts';
import { digestOf } from '../src/domain/digest.ts';
import { mediaTypes } from '../src/domain/oci.ts';
import type { ListeningRegistry, ListenOptions } from '../src/registry-server/listen-registry.ts';
import { listenRegistry } from '../src/registry-server/listen-registry.ts';

export interface Call {
  readonly method?: string;
  /** Sent as it is, without any normalising. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A folder that is removed when the test ends. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-registry-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An embedded registry on a free port, on a fresh folder unless one is given; closed when the test ends. */
export async function startRegistry(
  t: TestContext,
  options: Partial<ListenOptions> = {},
): Promise<ListeningRegistry & { readonly folder: string }> {
  const folder = options.folder ?? (await temporaryFolder(t));
  const server = await listenRegistry({ ...options, folder });
  t.after(() => server.close());
  return { ...server, folder };
}

/** One request over a connection of its own. Rejects where the connection is cut before the answer is whole. */
export function send(port: number, call: Call): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { method = 'GET', path, headers = {}, body } = call;
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
    const chunks: Uint8Array[] = [];
    response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

/** The code of the first error in a body of the distribution-spec's shape. */
export function errorCode(answer: Answer): unknown {
  const value: unknown = JSON.parse(answer.body.toString('utf8'));
  assert.ok(typeof value === 'object' && value !== null && 'errors' in value && Array.isArray(value.errors));
  const [first]: readonly unknown[] = value.errors;
  assert.ok(typeof first === 'object' && first !== null && 'code' in first);
  return first.code;
}

export async function pushBlob(port: number, repository: string, bytes: Uint8Array | string): Promise<Digest> {
  const digest = digestOf(bytes);
  const answer = await send(port, {
    method: 'POST',
    path: `/v2/${repository}/blobs/uploads/?digest=${digest}`,
    body: bytes,
  });
  assert.equal(answer.status, 201, answer.body.toString());
  return digest;
}

export interface TestManifest {
  readonly text: string;
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
}

/** An image manifest over the empty config; `fields` are added, and make it differ. The config must be pushed. */
export function imageManifest(fields: Readonly<Record<string, unknown>> = {}): TestManifest {
  const config = { mediaType: mediaTypes.ociEmpty, digest: digestOf('{}'), size: 2 };
  const text = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [], ...fields });
  return { text, digest: digestOf(text), size: Buffer.byteLength(text), mediaType: mediaTypes.ociManifest };
}

export function imageIndex(children: readonly TestManifest[]): TestManifest {
  const manifests = children.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  const text = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
  return { text, digest: digestOf(text), size: Buffer.byteLength(text), mediaType: mediaTypes.ociIndex };
}

export function putManifest(
  port: number,
  path: string,
  manifest: TestManifest,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(port, {
    method: 'PUT',
    path,
    headers: { 'Content-Type': manifest.mediaType, ...headers },
    body: manifest.text,
  });
}
