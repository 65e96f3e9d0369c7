import type { Digest } from '../../domain/digest.ts';
import { digestOf, isDigest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { manifestTypes } from '../../domain/oci.ts';
import { quote } from '../../domain/quote.ts';
import { parseJsonObject, textMember } from './json-object.ts';
import type { Place } from './place.ts';
import type { Reply } from './reply-body.ts';
import { contentType, firstHeader } from './reply-body.ts';
import { isHtml } from './reply-error.ts';
import type { Call, Session } from './session.ts';

export interface ManifestReader {
  resolve(reference: ImageTag | Digest): Promise<Descriptor | undefined>;
  readManifest(reference: ImageTag | Digest): Promise<Manifest | undefined>;
}

/** Twice what registries are asked to take; larger ones are an attack on memory. */
export const largestManifest = 8 * 1024 * 1024;

/** Reads manifests as raw bytes (OCI distribution-spec, "Pulling manifests"). */
export function createManifestReader(session: Session, place: Place): ManifestReader {
  const readManifest: ManifestReader['readManifest'] = async (reference) => {
    const call = manifestCall(place, reference, 'GET');
    const reply = await session.send(call);
    if (isAbsent(reply)) return undefined;
    if (reply.status !== 200) throw session.unexpected(call, reply);
    return checkManifest(call.what, reply, reference);
  };
  return {
    readManifest,
    resolve: async (reference) => {
      const reply = await session.send(manifestCall(place, reference, 'HEAD'));
      if (isAbsent(reply)) return undefined;
      const descriptor = reply.status === 200 ? fromHeaders(reply, reference) : undefined;
      if (descriptor !== undefined) return descriptor;
      // Older registries leave headers out or do not know HEAD; the bytes tell everything.
      const manifest = await readManifest(reference);
      return manifest && { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
    },
  };
}

export function isAbsent(reply: Reply): boolean {
  return reply.status === 404 && !isHtml(reply);
}

function manifestCall(place: Place, reference: ImageTag | Digest, method: 'GET' | 'HEAD'): Call {
  return {
    what: `read the manifest ${place.label(reference)}`,
    method,
    url: place.url(`manifests/${reference}`),
    // Without all types some registries convert what they hold, or say that it is not there.
    headers: { accept: manifestTypes.join(', ') },
    scopes: place.readScopes(),
    limit: largestManifest,
  };
}

function fromHeaders(reply: Reply, reference: ImageTag | Digest): Descriptor | undefined {
  const mediaType = contentType(reply);
  const digest = firstHeader(reply, 'docker-content-digest');
  const length = firstHeader(reply, 'content-length');
  if (mediaType === undefined || !manifestTypes.includes(mediaType) || !isDigest(digest)) return undefined;
  if (isDigest(reference) && digest !== reference) return undefined;
  if (length === undefined || !/^[1-9]\d{0,8}$/.test(length)) return undefined;
  return { mediaType, digest, size: Number(length) };
}

function checkManifest(what: string, reply: Reply, reference: ImageTag | Digest): Manifest {
  const { bytes } = reply;
  const digest = digestOf(bytes);
  const named = firstHeader(reply, 'docker-content-digest');
  const wanted = isDigest(reference) ? reference : isDigest(named) ? named : digest;
  const manifest = parseJsonObject(bytes);
  const found = bytes.length === 0 ? 'an empty body' : isHtml(reply) ? 'an HTML page' : 'no JSON object';
  // Before the digest: a login page is not a damaged manifest.
  if (manifest === undefined && (wanted === digest || isHtml(reply)))
    throw new CutwaterError('BAD_REPLY', `Cannot ${what}: found ${found}, wanted a manifest`);
  if (digest !== wanted)
    throw new CutwaterError('DIGEST_MISMATCH', `Cannot ${what}: found ${digest}, wanted ${wanted}`);
  if (isDigest(named) && named !== digest)
    throw new CutwaterError('DIGEST_MISMATCH', `Cannot ${what}: the server calls it ${named}, found ${digest}`);
  const inside = manifest === undefined ? undefined : textMember(manifest, 'mediaType');
  const outside = contentType(reply);
  const mediaType = outside ?? inside;
  if (mediaType === undefined || !manifestTypes.includes(mediaType))
    throw new CutwaterError(
      'BAD_REPLY',
      `Cannot ${what}: found the type ${quote(mediaType ?? '')}, wanted a manifest or an index`,
    );
  if (inside !== undefined && inside !== mediaType)
    throw new CutwaterError(
      'BAD_REPLY',
      `Cannot ${what}: it is sent as ${quote(mediaType)}, but says it is ${quote(inside)}`,
    );
  return { mediaType, digest, bytes };
}
