import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Descriptor, Manifest } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { JsonObject } from './json-object.ts';
import { largestManifest } from './manifest-reader.ts';
import type { ManifestReader } from './manifest-reader.ts';
import type { ManifestWriter } from './manifest-writer.ts';
import { followPages } from './pages.ts';
import type { Place } from './place.ts';
import type { Quirks } from './quirks.ts';
import type { Reply } from './reply-body.ts';
import { contentType } from './reply-body.ts';
import { createFallbackIndex } from './referrer-fallback.ts';
import { readEntries, subjectOf, toDescriptors, toEntry } from './referrer-index.ts';
import type { Call, Session } from './session.ts';

export interface Referrers {
  listReferrers(subject: Digest): Promise<readonly Descriptor[]>;
  writeReferrer(manifest: Manifest, descriptor: Descriptor, subject: Digest): Promise<void>;
}

export interface ReferrerParts {
  readonly session: Session;
  readonly place: Place;
  readonly quirks: Quirks;
  readonly reader: ManifestReader;
  readonly writer: ManifestWriter;
}

/**
 * Referrers by the API, or by the fallback tag where a registry has none (OCI distribution-spec, "Listing Referrers").
 * Which of the two is found out by asking the API; the `OCI-Subject` header alone has been seen to lie.
 */
export function createReferrers({ session, place, quirks, reader, writer }: ReferrerParts): Referrers {
  const fallback = createFallbackIndex(place, { reader, writer });
  let support: 'unknown' | 'api' | 'fallback' = quirks.referrers === 'fallback' ? 'fallback' : 'unknown';

  const askApi = async (subject: Digest): Promise<readonly JsonObject[] | undefined> => {
    if (support === 'fallback') return undefined;
    const entries = await listByApi(session, place, subject);
    if (entries === undefined && support === 'api')
      throw new CutwaterError(
        'BAD_REPLY',
        `Cannot ${listVerb(place, subject)}: the referrers API was there and is gone`,
      );
    support = entries === undefined ? 'fallback' : 'api';
    return entries;
  };

  return {
    listReferrers: async (subject) => toDescriptors((await askApi(subject)) ?? (await fallback.read(subject)), subject),
    writeReferrer: async (manifest, descriptor, subject) => {
      if (subjectOf(manifest) !== subject)
        throw new CutwaterError(
          'INPUT_INVALID',
          `Cannot write the referrer ${place.label(manifest.digest)}: its subject is not ${subject}`,
        );
      await writer.writeManifest(manifest.digest, manifest);
      if (support === 'unknown') await askApi(subject);
      if (support === 'fallback') await fallback.add(subject, toEntry(manifest, descriptor));
    },
  };
}

function listVerb(place: Place, subject: Digest): string {
  return `list the referrers of ${place.label(subject)}`;
}

async function listByApi(session: Session, place: Place, subject: Digest): Promise<readonly JsonObject[] | undefined> {
  const call: Call = {
    what: listVerb(place, subject),
    method: 'GET',
    url: place.url(`referrers/${subject}`),
    headers: { accept: mediaTypes.ociIndex },
    scopes: place.readScopes(),
    limit: largestManifest,
    // A registry without the API has been seen to send such requests to its web pages.
    redirects: 'own-host',
  };
  const first = await session.send(call);
  if (!isSupported(first)) {
    if (first.status === 200 || withoutApi.has(first.status) || isRedirect(first)) return undefined;
    throw session.unexpected(call, first);
  }
  const entries: JsonObject[] = [];
  for await (const page of followPages(session, call, first)) {
    const found = isSupported(page) ? readEntries(page.bytes) : undefined;
    if (found === undefined)
      throw new CutwaterError('BAD_REPLY', `Cannot ${call.what}: found no image index, wanted one`);
    entries.push(...found);
  }
  return entries;
}

/** How registries say that they do not know the API. */
const withoutApi: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

function isSupported(reply: Reply): boolean {
  return reply.status === 200 && contentType(reply) === mediaTypes.ociIndex;
}

function isRedirect(reply: Reply): boolean {
  return reply.status >= 300 && reply.status < 400;
}
