import { isCutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, highestVersion, releaseClassOf } from '../../domain/version.ts';
import { formatTagName } from '../../domain/tag-name.ts';
import { describeWayBack } from '../../documents/way-back.ts';
import { describeConflict } from '../../estate/checkpoints.ts';
import { idleRestores } from '../../estate/decisions.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { DueAnnouncement } from '../../estate/news.ts';
import type { Step } from '../../plan/step.ts';
import { replacementOf } from '../pointers/banner-steps.ts';
import type { AliasState, Estate } from '../facts/gather-estate.ts';
import { everyAlias, gatherEstate } from '../facts/gather-estate.ts';
import type { Round } from './gather-rounds.ts';
import { gatherRounds } from './gather-rounds.ts';
import type { EdgeEstate } from '../edge/gather-edge.ts';
import { everyChannel, lookAtChannels } from '../edge/gather-edge.ts';
import { atImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readDue } from '../announcement/due-announcements.ts';
import type { OpenMergeBack } from '../hotfix/merge-backs.ts';
import { findOpenMergeBacks } from '../hotfix/merge-backs.ts';
import { standingBy } from '../tag/tag-standing.ts';
import { readRecord } from '../facts/read-record.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { pointerSteps } from '../pointers/reconcile.ts';
import type { UnfinishedRelease } from './unfinished-releases.ts';
import { findUnfinished } from './unfinished-releases.ts';
import { wayBackReader } from '../withdrawal/way-back.ts';
import type { ReadWorld } from '../world.ts';

export interface Status {
  readonly schema: 'cutwater.status/1';
  readonly aliases: readonly AliasState[];
  /** `edge` and the last nightly. */
  readonly channels: StatusChannels;
  /** What the registry says is published, highest first. `listed`: so far down that nobody looked whether it is true. */
  readonly published: readonly PublishedVersion[];
  /** Release tags above the highest published stable version that are not finished, with what stops them. */
  readonly unfinished: readonly UnfinishedRelease[];
  /** Release candidates whose stable version is not released yet, with what was found out about them. */
  readonly rounds: readonly Round[];
  /** Tags of this project that are no release or decision, or do not count. */
  readonly refusedTags: readonly { readonly tag: string; readonly reason: string }[];
  readonly ignoredTags: number;
  /** Published hotfixes whose changes the default branch does not have. */
  readonly mergeBacks: readonly OpenMergeBack[];
  /** What `reconcile` would do now. */
  readonly drift: readonly Step[];
  /** What users should be told by now and were not. */
  readonly due: readonly DueAnnouncement[];
  /** Commits of the default branch since the last stable release's tag are unreleased. */
  readonly unreleased: { readonly since: string | undefined; readonly head: ObjectId; readonly isReleased: boolean };
}

export interface PublishedVersion {
  readonly version: string;
  readonly is: 'published' | 'withdrawn' | 'rejected' | 'listed';
  /** Why it is withdrawn, or why its statement does not count. */
  readonly reason?: string;
  /** From a withdrawn version to what is used instead, where that is a lower one. */
  readonly wayBack?: string;
}

/** What is known of the channels of the default branch; a shallow clone cannot judge them. */
export type StatusChannels =
  /** The project has none. */
  | { readonly is: 'none' }
  | ({ readonly is: 'judged' } & Pick<EdgeEstate, 'branch' | 'head' | 'channels'>)
  | { readonly is: 'unchecked'; readonly reason: string };

/** The state of the whole project: what is published, where every alias is, what is half done, what does not count. */
export async function gatherStatus(world: ReadWorld, loaded: LoadedPolicy): Promise<Status> {
  const tags = await readProjectTags(world.git, loaded.policy, world.tagSource);
  const estate = await gatherEstate(world, loaded, { tags });
  for (const { name, error } of estate.unread) {
    const text = `Where the aliases of ${name} are is not shown: ${error.message}`;
    world.report({ type: 'note', level: 'warning', text });
  }
  const judged = await judgeHighest(world, loaded, estate);
  return {
    schema: 'cutwater.status/1',
    aliases: everyAlias(estate),
    channels: await readChannels(world, loaded, estate.imageTags),
    published: judged,
    unfinished: await findUnfinished(world, loaded, { tags, estate }),
    rounds: await gatherRounds(world, loaded, { tags, estate }),
    refusedTags: [
      ...tags.refused.map(({ tag, reason }) => ({ tag: tag.name, reason })),
      ...estate.decisions.invalid,
      ...estate.decisions.conflicts.map((conflict) => ({
        tag: formatTagName({ kind: 'checkpoint', number: conflict.later.number }),
        reason: `differs about ${formatVersion(conflict.later.entry.version)}: ${describeConflict(conflict)}`,
      })),
      ...idleRestores(estate.decisions.decisions, estate.decisions.checkpoints).map((restore) => ({
        tag: formatTagName(restore),
        reason: `it undoes nothing: no valid withdrawal ${restore.number} speaks of the same release tag and image`,
      })),
      ...estate.rejected.map(({ version, reason }) => ({ tag: `statement-${formatVersion(version)}`, reason })),
    ],
    ignoredTags: tags.ignored,
    drift: await pointerSteps(world, loaded, estate),
    due: await readDue(world, loaded, { tags, estate }),
    mergeBacks: await readMergeBacks(world, loaded, { tags, estate }),
    unreleased: findUnreleased(
      loaded,
      tags,
      estate.committed.map(({ version }) => version),
    ),
  };
}

async function readChannels(
  world: ReadWorld,
  loaded: LoadedPolicy,
  imageTags: readonly ImageTag[],
): Promise<StatusChannels> {
  if (!imageTags.some((tag) => ['edge', 'nightly'].includes(readRegistryTag(tag).kind))) return { is: 'none' };
  try {
    const first = await lookAtChannels(world, loaded);
    const companions: { name: string; estate: EdgeEstate }[] = [];
    for (const place of world.companions) {
      const estate = await lookAtChannels(atImage(world, place), loaded);
      companions.push({ name: formatImageName(place.repository.name), estate });
    }
    const { branch, head } = first;
    return { is: 'judged', branch, head, channels: everyChannel(first, companions) };
  } catch (error) {
    if (!isCutwaterError(error, 'HISTORY_SHALLOW')) throw error;
    return { is: 'unchecked', reason: error.message };
  }
}

async function readMergeBacks(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { tags, estate }: { readonly tags: ProjectTags; readonly estate: Estate },
): Promise<readonly OpenMergeBack[]> {
  try {
    return await findOpenMergeBacks(world, loaded, { tags, standing: standingBy(world, loaded, estate) });
  } catch (error) {
    if (!isCutwaterError(error, 'HISTORY_SHALLOW')) throw error;
    world.report({
      type: 'note',
      level: 'warning',
      text: `Which hotfixes wait to be merged back is not shown: ${error.message}`,
    });
    return [];
  }
}

/** So many versions are judged for a page about the project; the rest is listed. */
const judgedVersions = 15;

async function judgeHighest(
  world: ReadWorld,
  loaded: LoadedPolicy,
  estate: Estate,
): Promise<readonly PublishedVersion[]> {
  const vouched = new Set(
    estate.decisions.checkpoints.flatMap(({ entries }) => entries.map(({ version }) => formatVersion(version))),
  );
  const counting = new Set(estate.committed.map(({ version }) => formatVersion(version)));
  const refused = new Map(estate.rejected.map(({ version, reason }) => [formatVersion(version), reason]));
  const wayBack = wayBackReader(world, loaded, estate);
  return Promise.all(
    estate.stated.map(async (one, place): Promise<PublishedVersion> => {
      const version = formatVersion(one);
      const withdrawal = estate.withdrawals.get(version);
      if (withdrawal !== undefined) {
        const instead = replacementOf(estate, withdrawal);
        const way = place < judgedVersions && instead ? await wayBack(one, instead) : undefined;
        const said = way === undefined ? {} : { wayBack: describeWayBack(way) };
        return { version, is: 'withdrawn', reason: withdrawal.reason, ...said };
      }
      if (vouched.has(version) || counting.has(version)) return { version, is: 'published' };
      const fault = refused.get(version);
      if (fault !== undefined) return { version, is: 'rejected', reason: fault };
      if (place >= judgedVersions) return { version, is: 'listed' };
      const record = await readRecord(world, loaded, one);
      if (record.is === 'valid') return { version, is: 'published' };
      return { version, is: 'rejected', reason: record.is === 'rejected' ? record.reason : 'its statement is gone' };
    }),
  );
}

function findUnreleased(loaded: LoadedPolicy, tags: ProjectTags, committed: readonly Version[]): Status['unreleased'] {
  const last = highestVersion(committed.filter((version) => releaseClassOf(version) === 'stable'));
  const tag = last === undefined ? undefined : `v${formatVersion(last)}`;
  const commit = tags.decided.find((decided) => decided.tag.name === tag)?.tag.commit;
  return { since: tag, head: loaded.commit, isReleased: commit === loaded.commit };
}
