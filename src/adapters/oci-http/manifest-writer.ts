import type { Digest } from '../../domain/digest.ts';
import { digestOf, isDigest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import type { ManifestReader } from './manifest-reader.ts';
import type { Place } from './place.ts';
import type { Reply } from './reply-body.ts';
import { firstHeader } from './reply-body.ts';
import { readComplaint } from './reply-error.ts';
import type { Call, Session } from './session.ts';

export interface ManifestWriter {
  writeManifest(reference: ImageTag | Digest, manifest: Manifest, expected?: Digest | null): Promise<void>;
}

/**
 * Writes manifests as they are (OCI distribution-spec, "Pushing Manifests"). A refusal that means "there is another one"
 * is looked into: the same digest is success, another one DIGEST_CONFLICT or IMMUTABLE_IN_REGISTRY.
 */
export function createManifestWriter(session: Session, place: Place, reader: ManifestReader): ManifestWriter {
  return {
    writeManifest: async (reference, manifest, expected) => {
      const call = putCall(place, { reference, manifest, expected });
      checkBytes(call.what, reference, manifest);
      const reply = await session.send(call);
      if (isStored(reply)) {
        checkAnswer(call.what, reply, manifest);
        return;
      }
      const immutable = speaksOfImmutability(reply);
      if (reply.status !== 412 && !immutable) throw session.unexpected(call, reply);
      const found = await reader.resolve(reference);
      if (found?.digest === manifest.digest) return;
      throw conflict(call.what, { found, manifest, immutable: immutable || expected === undefined, expected });
    },
  };
}

interface Writing {
  readonly reference: ImageTag | Digest;
  readonly manifest: Manifest;
  readonly expected: Digest | null | undefined;
}

function putCall(place: Place, { reference, manifest, expected }: Writing): Call {
  return {
    what: `write the manifest ${place.label(reference)}`,
    method: 'PUT',
    url: place.url(`manifests/${reference}`),
    headers: { 'content-type': manifest.mediaType, ...conditionHeaders(expected) },
    body: { kind: 'bytes', bytes: manifest.bytes },
    scopes: place.writeScopes(),
    // Some registries say with 403 that a tag is immutable.
    returned: [403],
  };
}

/** `If-Match` for a digest, `If-None-Match: *` for null: nothing may be there. */
export function conditionHeaders(expected: Digest | null | undefined): Readonly<Record<string, string>> {
  if (expected === undefined) return {};
  return expected === null ? { 'if-none-match': '*' } : { 'if-match': `"${expected}"` };
}

export function checkBytes(what: string, reference: ImageTag | Digest, manifest: Manifest): void {
  const digest = digestOf(manifest.bytes);
  const wanted = isDigest(reference) ? reference : manifest.digest;
  if (digest === manifest.digest && digest === wanted) return;
  throw new CutwaterError('DIGEST_MISMATCH', `Cannot ${what}: the bytes have ${digest}, wanted ${wanted}`);
}

export function isStored(reply: Reply): boolean {
  return reply.status === 201 || reply.status === 200 || reply.status === 202 || reply.status === 204;
}

export function checkAnswer(what: string, reply: Reply, manifest: Manifest): void {
  const named = firstHeader(reply, 'docker-content-digest');
  if (!isDigest(named) || named === manifest.digest) return;
  throw new CutwaterError('DIGEST_MISMATCH', `Cannot ${what}: the server stored ${named}, wanted ${manifest.digest}`);
}

function speaksOfImmutability(reply: Reply): boolean {
  if (reply.status < 400 || reply.status >= 500) return false;
  const { code, text } = readComplaint(reply);
  // "Already exists" in a 412 is only the answer to our own If-None-Match.
  const signs =
    reply.status === 412 ? /immutab|cannot be overwritten/i : /immutab|cannot be overwritten|already ?exists/i;
  return signs.test(`${code} ${text}`);
}

interface Conflict {
  readonly found: Descriptor | undefined;
  readonly manifest: Manifest;
  readonly immutable: boolean;
  readonly expected: Digest | null | undefined;
}

function conflict(what: string, { found, manifest, immutable, expected }: Conflict): CutwaterError {
  const holds = found === undefined ? 'it holds nothing' : `it holds ${found.digest}`;
  const message = `Cannot ${what}: ${holds}, wanted ${manifest.digest}`;
  if (immutable) return new CutwaterError('IMMUTABLE_IN_REGISTRY', message);
  // A tag that may move was moved by somebody else; only for one that may not is the catalogue's hint right.
  return new CutwaterError(
    'DIGEST_CONFLICT',
    message,
    expected === null ? {} : { hint: 'Run the same command again; it looks first' },
  );
}
