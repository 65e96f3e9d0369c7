import type { Digest } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import type { Trust } from '../../domain/trust.ts';
import type { ChannelImage } from '../../estate/judge-edge.ts';
import { readBuiltCommit } from '../../report/documents/parse-provenance.ts';
import { namesImage } from '../../report/documents/statement.ts';
import { findDocuments } from '../facts/signed-documents.ts';
import type { ReadWorld } from '../world.ts';

/** Says what images were built from. Labels and names are nobody's word: only provenance that a CI key signed counts. */
export interface ImageOrigins {
  /** What a tag holds now; undefined where there is no such tag. */
  at(tag: ImageTag): Promise<ChannelImage | undefined>;
  of(digest: Digest): Promise<ChannelImage>;
}

/** For one run: what is known of an image is not asked again, unless nobody vouched for it so far. */
export function imageOrigins(world: Pick<ReadWorld, 'repository' | 'bundleVerifier'>, trust: Trust): ImageOrigins {
  const known = new Map<Digest, readonly ObjectId[]>();
  const of = async (digest: Digest): Promise<ChannelImage> => {
    const commits = known.get(digest) ?? (await readCommits(world, trust, digest));
    if (commits.length > 0) known.set(digest, commits);
    return { digest, commits };
  };
  return {
    of,
    at: async (tag) => {
      const found = await world.repository.resolve(tag);
      return found && of(found.digest);
    },
  };
}

async function readCommits(
  { repository, bundleVerifier }: Pick<ReadWorld, 'repository' | 'bundleVerifier'>,
  trust: Trust,
  subject: Digest,
): Promise<readonly ObjectId[]> {
  const query = { repository, bundleVerifier, trust, subject, predicateType: predicateTypes.provenance };
  const commits = new Set<ObjectId>();
  for (const { statement } of await findDocuments(query)) {
    if (!namesImage(statement, formatImageName(repository.name), subject)) continue;
    const commit = readBuiltCommit(statement);
    if (commit.is === 'ok') commits.add(commit.value);
  }
  return [...commits];
}
