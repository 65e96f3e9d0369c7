import type { CheckpointEntry } from '../domain/decision-message.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';

/** A maintainer's key that counts no more, or will soon not. */
export interface EndingKey {
  readonly fingerprint: string;
  /** The maintainer. */
  readonly name: string;
  /** Unix seconds of its end; undefined where it has come. */
  readonly at: number | undefined;
}

/** Whether a published version counts by itself today, without any checkpoint. */
export type Standing =
  /** `fingerprint`: of the key that signed its tag; undefined where none had to. */
  | { readonly is: 'counts'; readonly fingerprint: string | undefined }
  /** `unstated`: published before Cutwater, there is no statement. `rejected`: there is one that does not count. */
  | { readonly is: 'unstated' | 'rejected'; readonly reason: string };

export interface StandingVersion {
  readonly version: Version;
  readonly standing: Standing;
}

export interface CoveringCheckpoint {
  /** Of the key that signed it. */
  readonly fingerprint: string;
  readonly entries: readonly CheckpointEntry[];
}

/** What becomes of published versions when keys end. */
export interface KeyCover {
  /** Nothing vouches for these today. */
  readonly lost: readonly (StandingVersion & { readonly standing: Exclude<Standing, { is: 'counts' }> })[];
  /** Nothing will vouch for these once this key has ended. */
  readonly soon: readonly { readonly version: Version; readonly key: EndingKey }[];
}

/** Versions that depend on a key with an end in sight, or on none; lowest first. Those that a lasting checkpoint lists are safe. */
export function judgeCover(
  published: readonly StandingVersion[],
  checkpoints: readonly CoveringCheckpoint[],
  ending: ReadonlyMap<string, EndingKey>,
): KeyCover {
  const lasting = new Set<string>();
  const passing = new Map<string, EndingKey>();
  for (const { fingerprint, entries } of checkpoints) {
    const end = ending.get(fingerprint);
    for (const { version } of entries)
      if (end === undefined) lasting.add(formatVersion(version));
      else passing.set(formatVersion(version), end);
  }
  const lost: KeyCover['lost'][number][] = [];
  const soon: KeyCover['soon'][number][] = [];
  for (const { version, standing } of published.toSorted((left, right) =>
    compareVersions(left.version, right.version),
  )) {
    const name = formatVersion(version);
    if (lasting.has(name)) continue;
    const own = standing.is === 'counts' ? endOf(standing.fingerprint, ending) : undefined;
    if (standing.is === 'counts' && own === undefined) continue;
    const key = own ?? passing.get(name);
    if (key !== undefined) soon.push({ version, key });
    else if (standing.is !== 'counts') lost.push({ version, standing });
  }
  return { lost, soon };
}

function endOf(fingerprint: string | undefined, ending: ReadonlyMap<string, EndingKey>): EndingKey | undefined {
  return fingerprint === undefined ? undefined : ending.get(fingerprint);
}
