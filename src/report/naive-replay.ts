import type { AuditTag } from '../domain/audit-tag.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';

/** A `vX.Y.Z` tag of the stream that is audited. */
export interface StableTag {
  readonly tag: AuditTag;
  readonly version: Version;
}

/** `latest` under the rule "any stable tag moves it". */
export interface NaiveReplay {
  /** How many stable tags would have set `latest` below the highest version released before them. */
  readonly backwardMoves: number;
  /** Each of them, in order of time. */
  readonly moves: readonly BackwardMove[];
  /** Where `latest` would point now; null where there is no stable tag. */
  readonly latest: string | null;
  /** For how many seconds, up to the last stable tag, `latest` would have pointed below the highest version. */
  readonly behindSeconds: number;
}

export interface BackwardMove {
  readonly tag: string;
  /** Unix seconds, as the tag claims. */
  readonly at: number;
  /** The highest version released before: where `latest` belonged, and stays under Cutwater. */
  readonly from: string;
  /** The lower version it would have been set to. */
  readonly to: string;
}

export interface ReplayedHistory {
  readonly replay: NaiveReplay;
  /** The highest stable version; null where there is none. */
  readonly highest: string | null;
}

/** Moves `latest` with every stable tag in order of creation; of tags of the same second the lower version comes first. */
export function replayNaively(stable: readonly StableTag[]): ReplayedHistory {
  const moves: BackwardMove[] = [];
  let highest: Version | undefined;
  let latest: { readonly version: Version; readonly at: number; readonly behind: boolean } | undefined;
  let behindSeconds = 0;
  for (const { tag, version } of stable.toSorted(byCreation)) {
    if (latest?.behind === true) behindSeconds += tag.createdAt - latest.at;
    const behind = highest !== undefined && compareVersions(version, highest) < 0;
    if (behind && highest !== undefined)
      moves.push({ tag: tag.name, at: tag.createdAt, from: formatVersion(highest), to: formatVersion(version) });
    else highest = version;
    latest = { version, at: tag.createdAt, behind };
  }
  return {
    replay: {
      backwardMoves: moves.length,
      moves,
      latest: latest === undefined ? null : formatVersion(latest.version),
      behindSeconds,
    },
    highest: highest === undefined ? null : formatVersion(highest),
  };
}

// Ties go upwards, so that an order nobody recorded never counts as a backward move.
function byCreation(left: StableTag, right: StableTag): number {
  return left.tag.createdAt - right.tag.createdAt || compareVersions(left.version, right.version);
}
