import type { CheckpointEntry } from '../../domain/decision-message.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import { withdrawalsInForce } from '../../estate/decisions.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Decisions } from '../facts/read-decisions.ts';
import { readDecisions } from '../facts/read-decisions.ts';
import { judgeReleaseTag, readRecord } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

/** What git and registry say about release tags beyond their own signatures. */
export interface TagStanding {
  readonly imageTags: readonly ImageTag[];
  readonly decisions: Decisions;
  /** Whether a version is withdrawn, or was cancelled before it was published. */
  isWithdrawn(version: Version): boolean;
  /**
   * Whether a maintainer's word stands behind a release tag: a signature, also of a key that has retired since, or a
   * checkpoint that lists this very object. An unsigned candidate needs to be on the protected branch.
   */
  isMaintainers(tag: GitTag): Promise<boolean>;
  /** The release tag object that was published under a version: by its signed statement, or a checkpoint that lists it. */
  publishedObject(version: Version): Promise<ObjectId | undefined>;
}

/** Reads the decisions of clone, remote and registry. */
export async function readStanding(world: ReadWorld, loaded: LoadedPolicy, tags: ProjectTags): Promise<TagStanding> {
  const imageTags = await world.repository.listTags();
  return standingBy(world, loaded, { imageTags, decisions: await readDecisions(world, loaded, { tags, imageTags }) });
}

/** The same, where the decisions are at hand. */
export function standingBy(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { imageTags, decisions }: Pick<TagStanding, 'imageTags' | 'decisions'>,
): TagStanding {
  const withdrawals = withdrawalsInForce(decisions.decisions, decisions.checkpoints);
  const listed = newestEntries(decisions);
  return {
    imageTags,
    decisions,
    isWithdrawn: (version) => withdrawals.has(formatVersion(version)),
    isMaintainers: async (tag) => {
      if ([...listed.values()].some(({ release }) => release === tag.object)) return true;
      const verdict = await judgeReleaseTag(world, loaded, tag);
      switch (verdict.is) {
        case 'valid':
          return true;
        case 'rejected':
          return verdict.retired !== undefined;
        case 'unsigned':
          return world.git.isAncestor(verdict.tag.target, loaded.commit);
      }
    },
    publishedObject: async (version) => {
      const entry = listed.get(formatVersion(version));
      if (entry !== undefined) return entry.state === 'cancelled' ? undefined : entry.release;
      const record = await readRecord(world, loaded, version);
      return record.is === 'valid' ? record.release.tag.object : undefined;
    },
  };
}

/** Of several checkpoints that list a version the newest speaks. */
function newestEntries({ checkpoints }: Decisions): ReadonlyMap<string, CheckpointEntry> {
  const ordered = checkpoints.toSorted((left, right) => left.number - right.number).flatMap(({ entries }) => entries);
  return new Map(ordered.map((entry) => [formatVersion(entry.version), entry]));
}

/** Release tags with their versions, from the highest down. */
export function releaseTags(tags: ProjectTags): readonly { readonly tag: GitTag; readonly version: Version }[] {
  return tags.decided
    .flatMap(({ tag, name }) => (name.kind === 'release' ? [{ tag, version: name.version }] : []))
    .toSorted((left, right) => compareVersions(right.version, left.version));
}
