import type { Digest } from '../domain/digest.ts';
import type { ObjectId } from '../domain/object-id.ts';
import type { ChannelImage } from './judge-edge.ts';

/** What the `sha-` tag of a commit holds before it is written. */
export type ShaJudgement =
  | { readonly is: 'free' }
  /** A build of this very commit: it stays, and nothing need be built again. */
  | { readonly is: 'own'; readonly digest: Digest }
  /** An image that no trusted provenance ties to any commit, such as one another tool pushed. It stays. */
  | { readonly is: 'unvouched'; readonly digest: Digest }
  /** A build of another commit: two short forms are the same, or someone moved the tag. */
  | { readonly is: 'taken'; readonly digest: Digest; readonly by: ObjectId };

/** Judges what the `sha-` tag of a commit holds, by the commits that signed provenance names for it. */
export function judgeSha(commit: ObjectId, held: ChannelImage | undefined): ShaJudgement {
  if (held === undefined) return { is: 'free' };
  const { digest, commits } = held;
  if (commits.includes(commit)) return { is: 'own', digest };
  const [by] = commits;
  return by === undefined ? { is: 'unvouched', digest } : { is: 'taken', digest, by };
}
