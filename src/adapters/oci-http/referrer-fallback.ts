import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { JsonObject } from './json-object.ts';
import type { ManifestReader } from './manifest-reader.ts';
import type { ManifestWriter } from './manifest-writer.ts';
import type { Place } from './place.ts';
import { formatIndex, hasAll, mergeEntries, readEntries, referrersTag } from './referrer-index.ts';

export interface FallbackIndex {
  read(subject: Digest): Promise<readonly JsonObject[]>;
  add(subject: Digest, entry: JsonObject): Promise<void>;
}

const maximumRounds = 5;

/**
 * The index at the tag `sha256-<hex>` that stands in for the referrers API. Others write it too and registries have no
 * conditional writes: every write is read back, and what this process ever wrote for a subject is put back when lost.
 */
export function createFallbackIndex(
  place: Place,
  { reader, writer }: { readonly reader: ManifestReader; readonly writer: ManifestWriter },
): FallbackIndex {
  const written = new Map<Digest, readonly JsonObject[]>();
  const queues = new Map<Digest, Promise<void>>();

  const addNow = async (subject: Digest, entry: JsonObject): Promise<void> => {
    const what = `add a referrer to ${place.label(referrersTag(subject))}`;
    const own = mergeEntries([entry], written.get(subject) ?? []);
    written.set(subject, own);
    let seen: readonly JsonObject[] = [];
    for (let round = 0; round <= maximumRounds; round += 1) {
      const found = await lookAt(reader, subject);
      if (found.foreign || (found.isSubject && round > 0))
        throw new CutwaterError(
          'REGISTRY_REFUSED',
          `Cannot ${what}: the tag holds ${found.at ?? 'something'}, which is no index of referrers`,
        );
      if (hasAll(found.entries, own) && hasAll(found.entries, seen)) return;
      if (round === maximumRounds) break;
      seen = mergeEntries(found.entries, seen);
      const expected = found.isSubject ? undefined : found.at;
      await put(subject, { entries: mergeEntries(seen, own), expected });
    }
    throw new CutwaterError(
      'UNSTABLE',
      `Cannot ${what}: it was not there after ${maximumRounds} writes, others keep changing it`,
    );
  };

  const put = async (
    subject: Digest,
    change: { entries: readonly JsonObject[]; expected: Digest | null | undefined },
  ): Promise<void> => {
    const bytes = formatIndex(change.entries);
    const manifest = { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes };
    try {
      await writer.writeManifest(referrersTag(subject), manifest, change.expected);
    } catch (error) {
      // Somebody was quicker: look again and add to what is there now.
      if (!isCutwaterError(error, 'DIGEST_CONFLICT')) throw error;
    }
  };

  return {
    read: async (subject) => (await lookAt(reader, subject)).entries,
    add: (subject, entry) => {
      const turn = (queues.get(subject) ?? Promise.resolve()).catch(() => undefined).then(() => addNow(subject, entry));
      queues.set(subject, turn);
      return turn;
    },
  };
}

interface Look {
  readonly at: Digest | null;
  readonly entries: readonly JsonObject[];
  /** There is something else at the tag. */
  readonly foreign: boolean;
  /** The tag was taken for the digest: nothing is there until something is written. */
  readonly isSubject: boolean;
}

async function lookAt(reader: ManifestReader, subject: Digest): Promise<Look> {
  const manifest = await reader.readManifest(referrersTag(subject));
  if (manifest === undefined) return { at: null, entries: [], foreign: false, isSubject: false };
  // One registry takes the tag for the digest and answers with the subject, whose platforms are no referrers.
  const isSubject = manifest.digest === subject;
  const entries = isSubject ? [] : manifest.mediaType === mediaTypes.ociIndex ? readEntries(manifest.bytes) : undefined;
  return { at: manifest.digest, entries: entries ?? [], foreign: entries === undefined, isSubject };
}
