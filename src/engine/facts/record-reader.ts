import type { Digest } from '../../domain/digest.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import { committedBy, companionsBy } from '../../estate/committed-release.ts';
import type { CommittedRelease } from '../../estate/judge-alias.ts';
import type { ReadWorld } from '../world.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { Decisions } from './read-decisions.ts';
import { readPlatforms } from './read-platforms.ts';
import { readRecord } from './read-record.ts';
import { readVouchedStatement } from './vouched-statement.ts';

/** Reads the statements of versions, each once. */
export interface RecordReader {
  /** The committed release of a version; undefined where its statement is missing or does not count. */
  read(version: Version): Promise<CommittedRelease | undefined>;
  vouched(): readonly Version[];
  /** What was read so far and counts, highest first. */
  all(): Promise<readonly CommittedRelease[]>;
  rejected(): readonly { readonly version: Version; readonly reason: string }[];
}

export function recordReader(
  world: ReadWorld,
  loaded: LoadedPolicy,
  given: { readonly decisions: Decisions; readonly planned: CommittedRelease | undefined },
): RecordReader {
  const known = new Map<string, Promise<CommittedRelease | undefined>>();
  const rejected: { version: Version; reason: string }[] = [];
  const vouched = vouchedReleases(given.decisions);
  const load = async (version: Version): Promise<CommittedRelease | undefined> => {
    const name = formatVersion(version);
    if (given.planned !== undefined && formatVersion(given.planned.version) === name) return given.planned;
    const entry = vouched.get(name);
    if (entry !== undefined) return readVouched(world, entry);
    const record = await readRecord(world, loaded, version);
    if (record.is === 'rejected') rejected.push({ version, reason: record.reason });
    return record.is === 'valid' ? committedBy(record.release, version) : undefined;
  };
  return {
    read: (version) => {
      const name = formatVersion(version);
      const loading = known.get(name) ?? load(version);
      known.set(name, loading);
      return loading;
    },
    vouched: () => [
      ...[...vouched.values()].map(({ version }) => version),
      ...(given.planned === undefined ? [] : [given.planned.version]),
    ],
    all: async () => {
      const found = (await Promise.all(known.values())).filter((release) => release !== undefined);
      return found.toSorted((left, right) => compareVersions(right.version, left.version));
    },
    rejected: () => rejected.toSorted((left, right) => compareVersions(right.version, left.version)),
  };
}

interface VouchedRelease {
  readonly version: Version;
  readonly digest: Digest;
  readonly statement: Digest | undefined;
}

/** Its companions are in the statement that the checkpoint names; one from before Cutwater has none. */
async function readVouched(
  world: ReadWorld,
  { version, digest, statement }: VouchedRelease,
): Promise<CommittedRelease> {
  const release = { version, digest, platforms: await readPlatforms(world.repository, digest) };
  if (world.companions.length === 0 || statement === undefined) return release;
  const stated = await readVouchedStatement(world, { version, digest, statement });
  return stated?.companions === undefined ? release : { ...release, companions: companionsBy(stated) };
}

function vouchedReleases(decisions: Decisions): ReadonlyMap<string, VouchedRelease> {
  const vouched = new Map<string, VouchedRelease>();
  for (const { entries } of decisions.checkpoints.toSorted((left, right) => left.number - right.number))
    for (const { version, digest, statement } of entries)
      if (digest !== undefined) vouched.set(formatVersion(version), { version, digest, statement });
  return vouched;
}
