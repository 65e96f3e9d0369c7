import type { CutwaterError } from '../../domain/error.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import { asCompanion } from '../../estate/committed-release.ts';
import { withdrawalsInForce } from '../../estate/decisions.ts';
import type { WithdrawalDecision } from '../../estate/decisions.ts';
import type { CommittedRelease } from '../../estate/judge-alias.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { AliasQuestion, AliasState } from './judge-aliases.ts';
import { judgeAliases } from './judge-aliases.ts';
import type { Decisions } from './read-decisions.ts';
import { readDecisions } from './read-decisions.ts';
import type { UnstoredEvidence } from '../evidence/read-evidence.ts';
import { findUnstoredEvidence } from '../evidence/read-evidence.ts';
import type { ProjectTags } from './read-tags.ts';
import { recordReader } from './record-reader.ts';
import type { ImagePlace, ReadWorld } from '../world.ts';

export type { AliasState } from './judge-aliases.ts';

/** Where every alias is and where it should be, with what was read to judge it. */
export interface Estate {
  /** Of the first image. */
  readonly aliases: readonly AliasState[];
  readonly companions: readonly CompanionEstate[];
  /** Companions whose repository gave no answer. They hold up nothing of the first image. */
  readonly unread: readonly UnreadCompanion[];
  readonly withdrawals: ReadonlyMap<string, WithdrawalDecision>;
  readonly decisions: Decisions;
  /** Signed evidence that the registry does not hold yet; reconcile stores it there. */
  readonly unstoredEvidence: readonly UnstoredEvidence[];
  /** Versions that a tag in the registry or a checkpoint says are published, highest first; not all of them were judged. */
  readonly stated: readonly Version[];
  /** What the statements that were judged say, highest first. */
  readonly committed: readonly CommittedRelease[];
  readonly rejected: readonly { readonly version: Version; readonly reason: string }[];
  readonly imageTags: readonly ImageTag[];
}

/** Where the aliases of a companion are and where they should be. */
export interface CompanionEstate {
  /** `host/name` */
  readonly name: string;
  readonly place: ImagePlace;
  readonly aliases: readonly AliasState[];
  readonly imageTags: readonly ImageTag[];
}

export interface UnreadCompanion {
  /** `host/name` */
  readonly name: string;
  readonly error: CutwaterError;
}

/** The aliases of every image, those of the first image first. */
export function everyAlias({ aliases, companions }: Pick<Estate, 'aliases' | 'companions'>): readonly AliasState[] {
  return [...aliases, ...companions.flatMap((companion) => companion.aliases)];
}

/**
 * Asks the registry what it holds and judges every alias. Statements are read from the highest version down and only as
 * far as an alias needs them, so the number of requests follows the number of aliases, not of releases.
 */
export async function gatherEstate(
  world: ReadWorld,
  loaded: LoadedPolicy,
  from: {
    readonly tags: ProjectTags;
    /** A release that counts although its statement is not stored, or not seen yet. */
    readonly planned?: CommittedRelease;
    /** Judge only the aliases of this version. */
    readonly only?: Version;
    /** A withdrawal that nobody has made yet: what would follow from it. */
    readonly supposed?: WithdrawalDecision;
  },
): Promise<Estate> {
  const imageTags = await world.repository.listTags();
  const decisions = await readDecisions(world, loaded, { tags: from.tags, imageTags });
  const reader = recordReader(world, loaded, { decisions, planned: from.planned });
  const names = imageTags.map(readRegistryTag);
  const claimed = new Map<string, Version>();
  for (const name of names) if (name.kind === 'statement') claimed.set(formatVersion(name.version), name.version);
  for (const version of reader.vouched()) claimed.set(formatVersion(version), version);
  const versions = [...claimed.values()].toSorted((left, right) => compareVersions(right, left));
  const inForce = withdrawalsInForce(decisions.decisions, decisions.checkpoints);
  const { supposed, planned, only } = from;
  const withdrawals =
    supposed === undefined ? inForce : new Map([...inForce, [formatVersion(supposed.version), supposed]]);
  const { channels } = loaded.policy;
  const asked = { versions, withdrawals, channels, only };
  const aliases = await judgeAliases({ ...asked, repository: world.repository, imageTags, read: reader.read });
  const companions: CompanionEstate[] = [];
  const unread: UnreadCompanion[] = [];
  for (const place of world.companions)
    try {
      companions.push(await judgeCompanion(place, { ...asked, read: reader.read, planned }));
    } catch (error) {
      if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
      unread.push({ name: formatImageName(place.repository.name), error });
    }
  return {
    aliases,
    companions,
    unread,
    withdrawals,
    decisions,
    unstoredEvidence: await findUnstoredEvidence(world, loaded, { tags: from.tags, imageTags }),
    stated: versions,
    committed: await reader.all(),
    rejected: reader.rejected(),
    imageTags,
  };
}

/** By the same rule as for the first image, with the companion's digests out of the statements. */
async function judgeCompanion(
  place: ImagePlace,
  asked: Omit<AliasQuestion, 'repository' | 'imageTags'> & { readonly planned: CommittedRelease | undefined },
): Promise<CompanionEstate> {
  const { repository } = place;
  const name = formatImageName(repository.name);
  const imageTags = await repository.listTags();
  const released = new Set(
    imageTags.map(readRegistryTag).flatMap((tag) => (tag.kind === 'version' ? [formatVersion(tag.version)] : [])),
  );
  if (asked.planned !== undefined) released.add(formatVersion(asked.planned.version));
  const states = await judgeAliases({
    ...asked,
    repository,
    imageTags,
    // Only a version that was published there is asked for its statement: those of before the companion joined may be many.
    versions: asked.versions.filter((version) => released.has(formatVersion(version))),
    read: async (version) => {
      const release = await asked.read(version);
      return release && asCompanion(release, name);
    },
  });
  return { name, place, imageTags, aliases: states.map((state) => ({ ...state, image: name })) };
}
