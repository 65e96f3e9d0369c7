import type { ContentDigest } from './content-digest.ts';
import { mediaTypes } from '../domain/oci.ts';
import type { Exchange, RegistryContext, RegistryReply } from './exchange.ts';
import { wholeReply } from './exchange.ts';
import type { LayoutEntry, LayoutIndex } from './layout-index.ts';
import { readContent, readStored } from './manifest-graph.ts';
import type { RouteOf } from './route.ts';
import { readPageSize } from './serve-tags.ts';

const pageLimit = 1000;
/** Annotations are copied into the answer, and clients read at most 4 MiB of it. */
const pageBytes = 2 * 1024 * 1024;

/**
 * GET of what refers to a manifest (distribution-spec, "Listing Referrers"): an image index, empty for an unknown
 * repository or subject. Pages follow the order of digests.
 */
export async function serveReferrers(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'referrers'>,
): Promise<RegistryReply> {
  const { query } = exchange;
  const { repository, subject } = route;
  const filter = query.get('artifactType');
  const size = Math.min(readPageSize(query.get('n')) ?? pageLimit, pageLimit);
  const index = await context.store.readIndex(repository);
  const candidates = index === undefined ? [] : candidatesAfter(index, subject, query.get('last') ?? '');
  const page = await readPage(context.store.layoutOf(repository), candidates, {
    subject,
    filter,
    size: Math.max(1, size),
  });
  const parameters = new URLSearchParams({
    ...(filter === null ? {} : { artifactType: filter }),
    n: String(size),
    last: page.last,
  });
  return wholeReply(
    200,
    {
      'Content-Type': mediaTypes.ociIndex,
      ...(filter === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
      ...(page.more ? { Link: `</v2/${repository}/referrers/${subject}?${parameters.toString()}>; rel="next"` } : {}),
    },
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: page.descriptors }),
  );
}

/** Entries known to refer to the subject, and those of other programs, which must be read to know. */
function candidatesAfter(index: LayoutIndex, subject: ContentDigest, last: string): readonly LayoutEntry[] {
  return [...index.byDigest.values()]
    .filter((entry) => entry.digest > last && (entry.subject === subject || entry.subject === undefined))
    .sort((left, right) => (left.digest < right.digest ? -1 : 1));
}

interface PageRequest {
  readonly subject: ContentDigest;
  readonly filter: string | null;
  readonly size: number;
}

interface Page {
  readonly descriptors: readonly object[];
  readonly last: string;
  readonly more: boolean;
}

async function readPage(layout: string, candidates: readonly LayoutEntry[], wanted: PageRequest): Promise<Page> {
  const descriptors: object[] = [];
  let bytes = 0;
  let last = '';
  for (const entry of candidates) {
    const descriptor = await describeReferrer(layout, entry, wanted);
    if (descriptor === undefined) continue;
    const length = JSON.stringify(descriptor).length;
    if (descriptors.length === wanted.size || (descriptors.length > 0 && bytes + length > pageBytes))
      return { descriptors, last, more: true };
    descriptors.push(descriptor);
    bytes += length;
    last = entry.digest;
  }
  return { descriptors, last, more: false };
}

/** The manifest itself decides what it refers to; the index is only a hint. */
async function describeReferrer(layout: string, entry: LayoutEntry, wanted: PageRequest): Promise<object | undefined> {
  const { digest, mediaType } = entry;
  const manifest = await readStored(layout, digest, mediaType);
  if (manifest === undefined) return undefined;
  const { subject, artifactType, annotations } = readContent(manifest);
  if (subject !== wanted.subject || (wanted.filter !== null && artifactType !== wanted.filter)) return undefined;
  return {
    mediaType,
    digest,
    size: manifest.bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
