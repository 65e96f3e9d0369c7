import type { GitTag } from '../../domain/git-tag.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatTagName } from '../../domain/tag-name.ts';
import { formatVersion } from '../../domain/version.ts';
import type { Evidence } from '../../estate/evidence.ts';
import type { EvidenceTagName } from '../../estate/registry-tags.ts';
import { evidenceTag, readRegistryTag } from '../../estate/registry-tags.ts';
import { judgeEvidence } from './judge-evidence.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readStoredTag } from '../facts/read-decisions.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

/** What maintainers signed about validations, from git and registry together. */
export interface EvidenceBook {
  readonly valid: readonly Evidence[];
  /** Tags that look like evidence and do not count, with the reason. */
  readonly invalid: readonly { readonly tag: string; readonly name: EvidenceTagName; readonly reason: string }[];
  /** Valid evidence that only this clone has although there is a remote. */
  readonly unpushed: readonly Evidence[];
  /** Numbers in use by anybody, by `usedKey`. */
  readonly used: ReadonlyMap<string, readonly number[]>;
}

export interface EvidenceQuery {
  readonly tags: ProjectTags;
  readonly imageTags: readonly ImageTag[];
  /** Only what is asked for is judged: a long history has hundreds of these tags. */
  readonly about: (name: EvidenceTagName) => boolean;
}

/**
 * Reads the evidence tags of clone, remote and registry as a union, as decisions are read: every object seen under a name
 * is judged, so a forged one hides none. A pass counts only once it is pushed.
 */
export async function readEvidence(
  world: ReadWorld,
  loaded: LoadedPolicy,
  query: EvidenceQuery,
): Promise<EvidenceBook> {
  const book = emptyBook();
  const seen = new Set<string>();
  for (const { tag, name, isPublic } of query.tags.evidence) {
    if (!query.about(name)) continue;
    use(book, name);
    const judged = await judgeEvidence(world, loaded, { tag, name });
    if (judged.is === 'refused') {
      book.invalid.push({ tag: tag.name, name, reason: judged.reason });
      continue;
    }
    seen.add(evidenceTag(name, tag.object));
    if (!isPublic) book.unpushed.push(judged.value);
    if (isPublic || judged.value.outcome !== 'pass') book.valid.push(judged.value);
    else book.invalid.push({ tag: tag.name, name, reason: 'it is not pushed yet; it counts once it is' });
  }
  for (const imageTag of query.imageTags) {
    const read = readRegistryTag(imageTag);
    if (read.kind !== 'evidence' || seen.has(imageTag) || !query.about(read.name)) continue;
    use(book, read.name);
    const tag = await readStoredTag(world, imageTag, formatTagName(read.name));
    const judged = tag.is === 'ok' ? await judgeEvidence(world, loaded, { tag: tag.value, name: read.name }) : tag;
    if (judged.is === 'ok') book.valid.push(judged.value);
    else book.invalid.push({ tag: imageTag, name: read.name, reason: judged.reason });
  }
  return book;
}

/** The key of `EvidenceBook.used`. */
export function usedKey({ evidence, version }: Pick<EvidenceTagName, 'evidence' | 'version'>): string {
  return `${evidence} ${formatVersion(version)}`;
}

/** Evidence that counts and that the registry does not hold yet. */
export interface UnstoredEvidence {
  readonly name: EvidenceTagName;
  readonly tag: GitTag;
  readonly evidence: Evidence;
}

export async function findUnstoredEvidence(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { tags, imageTags }: Pick<EvidenceQuery, 'tags' | 'imageTags'>,
): Promise<readonly UnstoredEvidence[]> {
  const stored = new Set<string>(imageTags);
  const found: UnstoredEvidence[] = [];
  for (const { tag, name, isPublic } of tags.evidence) {
    if (!isPublic || stored.has(evidenceTag(name, tag.object))) continue;
    const judged = await judgeEvidence(world, loaded, { tag, name });
    if (judged.is === 'ok') found.push({ name, tag, evidence: judged.value });
  }
  return found;
}

interface OpenBook extends EvidenceBook {
  readonly valid: Evidence[];
  readonly invalid: EvidenceBook['invalid'][number][];
  readonly unpushed: Evidence[];
  readonly used: Map<string, number[]>;
}

function emptyBook(): OpenBook {
  return { valid: [], invalid: [], unpushed: [], used: new Map() };
}

function use({ used }: OpenBook, name: EvidenceTagName): void {
  const key = usedKey(name);
  used.set(key, [...(used.get(key) ?? []), name.number]);
}
