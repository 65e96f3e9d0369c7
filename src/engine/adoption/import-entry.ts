import type { CheckpointEntry } from '../../domain/decision-message.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import type { VersionRange } from '../../domain/version-range.ts';
import { isInRange } from '../../domain/version-range.ts';
import type { VouchedEntry } from '../../estate/checkpoints.ts';
import { withdrawalsInForce } from '../../estate/decisions.ts';
import { candidateTag, statementTag, versionTag } from '../../estate/registry-tags.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Decisions } from '../facts/read-decisions.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ReadWorld } from '../world.ts';
import type { ReleasePages } from './release-pages.ts';

/** What a person said about the list. */
export interface ImportChoices {
  /** Versions that were never published and never will be, although a release of them may seem to be under way. */
  readonly cancel: readonly VersionRange[];
  /** Versions to vouch for although their statement does not count any more. */
  readonly vouch: readonly VersionRange[];
  /** Nothing else is vouched for anew; none: everything. */
  readonly only: readonly VersionRange[];
}

/** What is needed to say what became of a version. */
export interface ImportFacts {
  readonly world: ReadWorld;
  readonly loaded: LoadedPolicy;
  readonly decisions: Decisions;
  /** The word of the newest checkpoint about each version. */
  readonly newest: ReadonlyMap<string, VouchedEntry>;
  /** Image tags of the registry. */
  readonly held: ReadonlySet<string>;
  /** The highest version with an image. */
  readonly highest: Version | undefined;
  readonly choices: ImportChoices;
  /** Undefined where the forge holds nothing from before Cutwater. */
  readonly pages: ReleasePages | undefined;
}

export type FoundEntry =
  | { readonly is: 'entry'; readonly entry: CheckpointEntry; readonly lacks: readonly string[] }
  | { readonly is: 'under-way' }
  /** Nobody but a person can say what became of it. */
  | { readonly is: 'unclear'; readonly reason: string }
  | { readonly is: 'rejected'; readonly reason: string };

type Subject = Pick<CheckpointEntry, 'release' | 'digest' | 'statement'>;

/** What a checkpoint would say about a version, or why it would say nothing. */
export async function findEntry(
  facts: ImportFacts,
  { version, tag }: { readonly version: Version; readonly tag: GitTag },
): Promise<FoundEntry> {
  const { world, loaded, held, newest, choices } = facts;
  const text = formatVersion(version);
  const vouched = newest.get(text)?.entry;
  const page = facts.pages?.byTag.get(tag.name);
  const isCancelled = choices.cancel.some((range) => isInRange(range, version));
  if (isCancelled) requireUnpublished(facts, version);
  const entryOf = (what: Subject, lacks: readonly string[] = []): FoundEntry => {
    return { is: 'entry', entry: entryFor(facts, version, what), lacks };
  };
  const unpublished = { release: tag.object, digest: undefined, statement: undefined };
  if (vouched !== undefined && !(vouched.digest === undefined && held.has(statementTag(version))))
    return entryOf(vouched);
  if (held.has(statementTag(version))) {
    const record = await readRecord(world, loaded, version);
    if (record.is === 'valid')
      return entryOf({
        release: record.release.tag.object,
        digest: record.release.image.index,
        statement: record.statement,
      });
    const image = await world.repository.resolve(versionTag(version));
    const isNamed = choices.vouch.some((range) => isInRange(range, version));
    if (record.is === 'rejected' && (!isNamed || image === undefined)) return { is: 'rejected', reason: record.reason };
    if (record.is === 'rejected')
      return entryOf({ release: tag.object, digest: image?.digest, statement: undefined }, [
        `its statement does not count: ${record.reason}`,
      ]);
  }
  // A page is no image: by word of a person there never was one.
  if (isCancelled) return entryOf(unpublished, page?.state === 'published' ? ['a release page without an image'] : []);
  if (held.has(candidateTag(tag.object))) return { is: 'under-way' };
  const image = held.has(versionTag(version)) ? await world.repository.resolve(versionTag(version)) : undefined;
  if (image === undefined && page?.state === 'published')
    return {
      is: 'unclear',
      reason: `a release is published on ${facts.pages?.description ?? ''}, and there is no image`,
    };
  const isNewest = facts.highest === undefined || compareVersions(version, facts.highest) > 0;
  if (image === undefined && isNewest) return { is: 'under-way' };
  return image === undefined
    ? entryOf(unpublished, page === undefined ? [] : ['a draft was left of its release'])
    : entryOf({ ...unpublished, digest: image.digest }, ['no statement']);
}

function entryFor({ decisions, newest }: ImportFacts, version: Version, what: Subject): CheckpointEntry {
  const text = formatVersion(version);
  const numbers = decisions.decisions
    .filter((decision) => formatVersion(decision.version) === text)
    .map(({ number }) => number);
  const isWithdrawn = withdrawalsInForce(decisions.decisions, decisions.checkpoints).has(text);
  const { release, digest, statement } = what;
  const state = digest === undefined ? 'cancelled' : isWithdrawn ? 'withdrawn' : 'published';
  return {
    version,
    release,
    digest,
    statement,
    state,
    decisions: Math.max(newest.get(text)?.entry.decisions ?? 0, ...numbers),
  };
}

/** A version that has an image is withdrawn, not cancelled: people may have it. */
function requireUnpublished({ held, newest }: ImportFacts, version: Version): void {
  const isPublished = newest.get(formatVersion(version))?.entry.digest !== undefined;
  if (!isPublished && !held.has(versionTag(version)) && !held.has(statementTag(version))) return;
  throw new CutwaterError(
    'WITHDRAWAL_REFUSED',
    `Cannot cancel ${formatVersion(version)}: it is published, and people may have it`,
    { hint: `Run 'cutwater withdraw ${formatVersion(version)}' if it is defective` },
  );
}
