import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { Manifest } from '../../domain/oci.ts';
import type { ManifestWriter } from './manifest-writer.ts';
import { checkAnswer, checkBytes, conditionHeaders, isStored } from './manifest-writer.ts';
import type { Place } from './place.ts';
import type { Learned } from './registry-hosts.ts';
import type { Reply } from './reply-body.ts';
import type { Call, Session } from './session.ts';

export interface TagWriter {
  writeTags(manifest: Manifest, tags: readonly ImageTag[], expected?: Digest | null): Promise<readonly ImageTag[]>;
}

export interface TagWriterParts {
  readonly session: Session;
  readonly place: Place;
  readonly writer: ManifestWriter;
  /** What is known of the host, and kept for its other repositories. */
  readonly learned: Learned;
}

/**
 * Gives one manifest several tags: `PUT manifests/<digest>?tag=a&tag=b` (OCI distribution-spec, main, "Pushing
 * Manifests") where the registry takes that, one by one and side by side where it does not. Registries without the
 * parameter ignore it: only the tags that `OCI-Tag` names in the answer are believed.
 */
export function createTagWriter(parts: TagWriterParts): TagWriter {
  const { writer, learned } = parts;
  const writeSingly = async (
    manifest: Manifest,
    tags: readonly ImageTag[],
    expected: Digest | null | undefined,
  ): Promise<readonly ImageTag[]> => {
    const results = await Promise.allSettled(tags.map((tag) => writer.writeManifest(tag, manifest, expected)));
    return tags.filter((_, at) => {
      const result = results[at];
      if (result?.status === 'rejected' && !isCutwaterError(result.reason, 'DIGEST_CONFLICT')) throw result.reason;
      return result?.status === 'fulfilled';
    });
  };
  return {
    writeTags: async (manifest, tags, expected) => {
      const wanted = [...new Set(tags)];
      if (wanted.length < 2 || learned.tagParameters === false) return writeSingly(manifest, wanted, expected);
      const written = new Set<ImageTag>();
      for (const batch of inBatches(wanted, longestQuery))
        for (const tag of await writeTogether(parts, { manifest, tags: batch, expected })) written.add(tag);
      const rest = wanted.filter((tag) => !written.has(tag));
      for (const tag of await writeSingly(manifest, rest, expected)) written.add(tag);
      return wanted.filter((tag) => written.has(tag));
    },
  };
}

/** Servers and proxies take request lines of this length; above it they may answer 414. */
const longestQuery = 4000;

interface Together {
  readonly manifest: Manifest;
  readonly tags: readonly ImageTag[];
  readonly expected: Digest | null | undefined;
}

/** The tags that were written with few requests; the others must be tried one by one, which also tells what is wrong. */
async function writeTogether(parts: TagWriterParts, together: Together): Promise<readonly ImageTag[]> {
  const { session, place, learned } = parts;
  const { manifest, tags, expected } = together;
  if (learned.tagParameters === false || tags.length < 2) return [];
  const call: Call = {
    what: `write the tags ${tags.join(', ')} of ${place.label(manifest.digest)}`,
    method: 'PUT',
    url: place.url(`manifests/${manifest.digest}?${queryOf(tags)}`),
    headers: { 'content-type': manifest.mediaType, ...conditionHeaders(expected) },
    body: { kind: 'bytes', bytes: manifest.bytes },
    scopes: place.writeScopes(),
    returned: [403],
  };
  checkBytes(call.what, manifest.digest, manifest);
  const reply = await session.send(call);
  if (reply.status === 414 || reply.status === 431) {
    const half = Math.ceil(tags.length / 2);
    const first = await writeTogether(parts, { ...together, tags: tags.slice(0, half) });
    return [...first, ...(await writeTogether(parts, { ...together, tags: tags.slice(half) }))];
  }
  if (!isStored(reply)) return [];
  checkAnswer(call.what, reply, manifest);
  const named = namedTags(reply);
  learned.tagParameters = named.size > 0;
  return tags.filter((tag) => named.has(tag));
}

/** Repeated headers, comma lists, or both. */
function namedTags(reply: Reply): ReadonlySet<string> {
  return new Set(
    reply
      .headers('oci-tag')
      .flatMap((header) => header.split(','))
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  );
}

function inBatches(tags: readonly ImageTag[], limit: number): readonly (readonly ImageTag[])[] {
  const batches: ImageTag[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const tag of tags) {
    length += queryOf([tag]).length + 1;
    if (length > limit) {
      batches.push([]);
      length = queryOf([tag]).length;
    }
    batches.at(-1)?.push(tag);
  }
  return batches;
}

function queryOf(tags: readonly ImageTag[]): string {
  return tags.map((tag) => `tag=${encodeURIComponent(tag)}`).join('&');
}
