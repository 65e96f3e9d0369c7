import type { Digest } from '../domain/digest.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion, highestVersion, releaseClassOf } from '../domain/version.ts';
import type { Alias } from './alias.ts';
import { mayPointAt } from './alias.ts';
import type { WithdrawalDecision } from './decisions.ts';

/** A version whose signed statement is stored, or that a checkpoint lists: a candidate for aliases unless withdrawn. */
export interface CommittedRelease {
  readonly version: Version;
  readonly digest: Digest;
  /** `linux/amd64`, ...; empty where nobody recorded them. */
  readonly platforms: readonly string[];
  /** The further images that were released with it, by name; left out where there is none. */
  readonly companions?: readonly {
    /** `host/name` */
    readonly name: string;
    readonly digest: Digest;
    readonly platforms: readonly string[];
  }[];
}

export interface AliasFacts {
  readonly committed: readonly CommittedRelease[];
  readonly withdrawals: ReadonlyMap<string, WithdrawalDecision>;
  /** Versions whose image tag holds this digest although nothing committed says so. */
  readonly imageTags: readonly { readonly version: Version; readonly digest: Digest }[];
}

/** What should happen to an alias. */
export type AliasJudgement =
  | { readonly is: 'right'; readonly version: Version; readonly digest: Digest }
  | { readonly is: 'create'; readonly to: CommittedRelease }
  | {
      readonly is: 'move';
      readonly from: AliasValue;
      readonly to: CommittedRelease;
      /** `replaced`: a person named what is there now and wants it gone. */
      readonly direction: 'up' | 'down' | 'replaced';
    }
  /** It points at a withdrawn version and stays there. */
  | { readonly is: 'stays'; readonly at: AliasValue; readonly because: 'held' | 'retired-key' | 'no-candidate' }
  | { readonly is: 'absent' }
  | {
      readonly is: 'refused';
      readonly code: 'ALIAS_WOULD_REGRESS' | 'PLATFORM_LOST';
      readonly from: AliasValue;
      readonly to: CommittedRelease | undefined;
      readonly reason: string;
    };

export interface AliasValue {
  readonly digest: Digest;
  /** The versions this digest is known as; empty for an image nobody vouches for. */
  readonly versions: readonly Version[];
}

/** The highest committed, stable version in the alias's scope that is not withdrawn. */
export function aliasTarget(alias: Alias, facts: AliasFacts): CommittedRelease | undefined {
  const candidates = facts.committed.filter(
    ({ version }) => mayPointAt(alias, version) && !facts.withdrawals.has(formatVersion(version)),
  );
  const highest = highestVersion(candidates.map(({ version }) => version));
  return highest && candidates.find(({ version }) => compareVersions(version, highest) === 0);
}

/**
 * What to do with an alias that points at `current` now. It goes to a lower version only if every version it is known
 * to point at is validly withdrawn, by a key that counts; whatever is unknown counts as not withdrawn.
 */
export function judgeAlias(alias: Alias, current: Digest | undefined, facts: AliasFacts): AliasJudgement {
  const to = aliasTarget(alias, facts);
  if (current === undefined) return to === undefined ? { is: 'absent' } : { is: 'create', to };
  if (to?.digest === current) return { is: 'right', version: to.version, digest: current };
  const from: AliasValue = { digest: current, versions: versionsOf(current, facts) };
  const unwithdrawn = from.versions.filter((version) => !facts.withdrawals.has(formatVersion(version)));
  if (from.versions.length === 0) return refuseRegress({ from, to }, 'nothing says which version it points at now');
  if (to === undefined) {
    if (unwithdrawn.length === 0) return { is: 'stays', at: from, because: 'no-candidate' };
    return refuseRegress({ from, to }, `${names(unwithdrawn)} has no stored release statement`);
  }
  const above = from.versions.filter((version) => compareVersions(version, to.version) > 0);
  if (above.length === 0) return keepPlatforms({ is: 'move', from, to, direction: 'up' }, facts);
  const standing = above.filter((version) => !facts.withdrawals.has(formatVersion(version)));
  if (standing.length > 0) return refuseRegress({ from, to }, `${names(standing)} is higher and is not withdrawn`);
  const said = above.flatMap((version) => facts.withdrawals.get(formatVersion(version)) ?? []);
  if (said.some(({ isRetired }) => isRetired)) return { is: 'stays', at: from, because: 'retired-key' };
  if (said.some(({ aliases }) => aliases === 'hold')) return { is: 'stays', at: from, because: 'held' };
  return keepPlatforms({ is: 'move', from, to, direction: 'down' }, facts);
}

/**
 * A refusal overruled by a person who names the very digest the alias holds: the way out for an alias that another tool
 * put on an image nobody vouches for. Without a target there is nothing to move to, and the refusal stands.
 */
export function overruleRefusal(judgement: AliasJudgement, replace: Digest | undefined): AliasJudgement {
  if (judgement.is !== 'refused' || judgement.to === undefined || judgement.from.digest !== replace) return judgement;
  return { is: 'move', from: judgement.from, to: judgement.to, direction: 'replaced' };
}

/**
 * The versions a digest is known as, from every source there is. Release candidates count only where no stable version
 * has the digest: promotion gives both the same bytes.
 */
export function versionsOf(digest: Digest, facts: AliasFacts): readonly Version[] {
  const known = new Map<string, Version>();
  const note = (version: Version): unknown => known.set(formatVersion(version), version);
  for (const release of facts.committed) if (release.digest === digest) note(release.version);
  for (const tag of facts.imageTags) if (tag.digest === digest) note(tag.version);
  for (const withdrawal of facts.withdrawals.values()) if (withdrawal.digest === digest) note(withdrawal.version);
  const versions = [...known.values()].toSorted(compareVersions);
  const stable = versions.filter((version) => releaseClassOf(version) === 'stable');
  return stable.length > 0 ? stable : versions;
}

function keepPlatforms(move: Extract<AliasJudgement, { is: 'move' }>, facts: AliasFacts): AliasJudgement {
  const before = facts.committed.find(({ digest }) => digest === move.from.digest)?.platforms ?? [];
  const lost = move.to.platforms.length === 0 ? [] : before.filter((platform) => !move.to.platforms.includes(platform));
  if (lost.length === 0) return move;
  const reason = `${formatVersion(move.to.version)} has no image for ${lost.join(', ')}`;
  return { is: 'refused', code: 'PLATFORM_LOST', from: move.from, to: move.to, reason };
}

function refuseRegress(
  ends: { readonly from: AliasValue; readonly to: CommittedRelease | undefined },
  reason: string,
): AliasJudgement {
  return { is: 'refused', code: 'ALIAS_WOULD_REGRESS', ...ends, reason };
}

function names(versions: readonly Version[]): string {
  return versions.map(formatVersion).join(', ');
}
