import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CertificateAuthority, TransparencyLogInstance } from '@sigstore/protobuf-specs';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock';
import type { Scope } from './folder.ts';

export interface SigstoreServers {
  /** `http://127.0.0.1:PORT`: certificates, log and timestamps. */
  readonly url: string;
  /** The trusted root of these services, JSON. */
  readonly trustedRoot: string;
  /** Requests so far, as `METHOD PATH`. */
  readonly requests: readonly string[];
  /** From now on this path is answered with this status. */
  fail(path: string, status: number): void;
}

/** A certificate authority, a transparency log and a timestamp authority of our own, on loopback, behind real HTTP. */
export async function startSigstore(scope: Scope): Promise<SigstoreServers> {
  const keys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const ctlog = await initializeCTLog(keys());
  const ca = await initializeCA(keys(), ctlog);
  const tlog = await initializeTLog(url, keys());
  const tsa = await initializeTSA(keys());
  const rekor = rekorHandler(tlog, { strict: true });
  const handlers = [
    fulcioHandler(ca, { strict: true }),
    { path: rekor.path, fn: (body: string) => rekor.fn(canonicalEntry(body)) },
    tsaHandler(tsa, { strict: true }),
  ];
  const requests: string[] = [];
  const failures = new Map<string, number>();
  server.on('request', (request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method ?? ''} ${path}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const failure = failures.get(path);
      const handler = handlers.find((one) => one.path === path);
      if (failure !== undefined || handler === undefined) return response.writeHead(failure ?? 404).end();
      const body = withToken(Buffer.concat(chunks).toString('utf8'), request.headers.authorization);
      void handler.fn(body).then((answer) => {
        // The real authority answers 200, and clients in Go take nothing else.
        const status = path.endsWith('/signingCert') && answer.statusCode === 201 ? 200 : answer.statusCode;
        // They find the entry of a log by its id in this header.
        const entries =
          path === rekor.path && status === 201 && typeof answer.response === 'string' ? answer.response : '{}';
        const [etag = ''] = Object.keys(JSON.parse(entries));
        response.writeHead(status, { 'content-type': answer.contentType ?? 'text/plain', etag });
        response.end(answer.response);
      });
      return undefined;
    });
  });
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const start = new Date(Date.now() - 60_000);
  const log = (key: Buffer): TransparencyLogInstance => ({
    baseUrl: url,
    logId: { keyId: createHash('sha256').update(key).digest() },
    hashAlgorithm: HashAlgorithm.SHA2_256,
    publicKey: { rawBytes: key, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor: { start } },
    checkpointKeyId: undefined,
    operator: 'test',
  });
  const authority = (...certificates: readonly ArrayBufferView<ArrayBuffer>[]): CertificateAuthority => ({
    subject: { commonName: 'sigstore', organization: 'sigstore.test' },
    uri: url,
    certChain: { certificates: certificates.map((bytes) => ({ rawBytes: toBuffer(bytes) })) },
    validFor: { start },
    operator: 'test',
  });
  const root = TrustedRoot.toJSON({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [authority(ca.rootCertificate)],
    ctlogs: [log(ctlog.publicKey)],
    tlogs: [log(tlog.publicKey)],
    timestampAuthorities: [authority(tsa.intCertificate, tsa.rootCertificate)],
  });
  return { url, trustedRoot: JSON.stringify(root), requests, fail: (path, status) => failures.set(path, status) };
}

function toBuffer({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** A token as a workflow gets it; the test's authority does not look at its signature. */
export function identityToken(claims: Readonly<Record<string, string>> = {}): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = {
    iss: workflow.issuer,
    aud: 'sigstore',
    // The real authority makes the identity of other claims; this one takes the subject as it is.
    sub: workflow.identity.replace('*', 'v1.2.3'),
    ...claims,
  };
  return `${part({ alg: 'none' })}.${part(payload)}.x`;
}

/** What the tokens above say. */
export const workflow = {
  issuer: 'https://token.actions.githubusercontent.com',
  identity: 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/*',
} as const;

// Clients in Go send the token in a header, which the handler does not look at.
function withToken(body: string, authorization: string | undefined): string {
  if (authorization === undefined) return body;
  const oidcIdentityToken = authorization.replace(/^Bearer /i, '');
  return JSON.stringify({ credentials: { oidcIdentityToken }, ...JSON.parse(body) });
}

// A real log stores what it made of an entry; the handler stores what was proposed, which no verifier accepts.
function canonicalEntry(body: string): string {
  const proposed: unknown = JSON.parse(body);
  if (Reflect.get(Object(proposed), 'kind') !== 'dsse') return body;
  const { envelope, verifiers } = (proposed as ProposedEntry).spec.proposedContent;
  const { payload, signatures }: DsseEnvelope = JSON.parse(envelope);
  const hash = (data: string | Buffer) => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(data).digest('hex'),
  });
  return JSON.stringify({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hash(envelope),
      payloadHash: hash(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  });
}

interface ProposedEntry {
  readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] } };
}

interface DsseEnvelope {
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}
