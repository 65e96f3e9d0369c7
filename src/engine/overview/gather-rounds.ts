import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, highestVersion, releaseClassOf } from '../../domain/version.ts';
import type { EvidenceState } from '../../estate/evidence-state.ts';
import { failedEvidence, missingEvidence } from '../../estate/evidence-state.ts';
import { outlookOf } from '../release/candidate-outlook.ts';
import type { Estate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { GateState } from './plan-checks.ts';
import { recordedState } from './plan-checks.ts';
import type { EvidenceBook } from '../evidence/read-evidence.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { readRecord } from '../facts/read-record.ts';
import type { DecidedTag, ProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

/** The release candidates of a version that is not released yet. */
export interface Round {
  /** `1.2.3` */
  readonly version: string;
  /** Highest first. */
  readonly candidates: readonly CandidateInRound[];
}

export interface CandidateInRound {
  readonly version: string;
  /**
   * `ready`: nothing is missing for the stable release. `waiting`: some evidence is. `superseded`: a higher candidate is
   * published. `unpublished`: it has a tag only.
   */
  readonly state: 'ready' | 'waiting' | 'failed' | 'withdrawn' | 'superseded' | 'unpublished';
  /** What failed, what is missing, or why it was withdrawn. */
  readonly reason: string | undefined;
  readonly evidence: readonly EvidenceState[];
  /** What its statement says about its gates. */
  readonly gates: readonly GateState[];
}

const shownRounds = 5;
const shownCandidates = 10;

/** The rounds that are open: candidates above everything stable, or above the stable versions of their line. */
export async function gatherRounds(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { tags, estate }: { readonly tags: ProjectTags; readonly estate: Estate },
): Promise<readonly Round[]> {
  const open = openRounds(tags, estate).slice(0, shownRounds);
  if (open.length === 0) return [];
  const wanted = new Set(open.map(({ version }) => formatVersion(version)));
  const book = await readEvidence(world, loaded, {
    tags,
    imageTags: estate.imageTags,
    about: ({ version }) => wanted.has(formatVersion(coreVersion(version))),
  });
  const rounds: Round[] = [];
  for (const { version, releases } of open) {
    const found: CandidateInRound[] = [];
    for (const release of releases.slice(0, shownCandidates)) {
      const candidate = await readCandidate(world, loaded, { release, tags, estate, book });
      if (candidate !== undefined) found.push(candidate);
    }
    rounds.push({ version: formatVersion(version), candidates: supersede(found) });
  }
  return rounds;
}

interface OpenRound {
  readonly version: Version;
  readonly releases: readonly DecidedTag[];
}

function openRounds({ decided }: ProjectTags, estate: Estate): readonly OpenRound[] {
  const stable = estate.stated.filter((version) => releaseClassOf(version) === 'stable');
  const rounds = new Map<string, { version: Version; releases: { release: DecidedTag; version: Version }[] }>();
  for (const release of decided) {
    if (release.name.kind !== 'release' || releaseClassOf(release.name.version) !== 'rc') continue;
    const version = coreVersion(release.name.version);
    if (!isOpen(version, stable) || estate.withdrawals.has(formatVersion(version))) continue;
    const round = rounds.get(formatVersion(version)) ?? { version, releases: [] };
    round.releases.push({ release, version: release.name.version });
    rounds.set(formatVersion(version), round);
  }
  return [...rounds.values()]
    .toSorted((left, right) => compareVersions(right.version, left.version))
    .map(({ version, releases }) => ({
      version,
      releases: releases
        .toSorted((left, right) => compareVersions(right.version, left.version))
        .map(({ release }) => release),
    }));
}

/** A version below what is released is given up, unless it is the next one of a line that has releases. */
function isOpen(version: Version, stable: readonly Version[]): boolean {
  const highest = highestVersion(stable);
  if (highest === undefined || compareVersions(version, highest) > 0) return true;
  const line = highestVersion(stable.filter(({ major, minor }) => major === version.major && minor === version.minor));
  return line !== undefined && compareVersions(version, line) > 0;
}

async function readCandidate(
  world: ReadWorld,
  loaded: LoadedPolicy,
  about: {
    readonly release: DecidedTag;
    readonly tags: ProjectTags;
    readonly estate: Estate;
    readonly book: EvidenceBook;
  },
): Promise<CandidateInRound | undefined> {
  const outlook = await outlookOf(world, loaded, about);
  if (outlook === undefined) return undefined;
  const version = formatVersion(outlook.version);
  const record = await readRecord(world, loaded, outlook.version);
  const gates = record.is === 'valid' ? record.release.gates.map(recordedState) : [];
  const { states: evidence } = outlook;
  const found = { version, evidence, gates };
  const withdrawal = about.estate.withdrawals.get(version);
  if (withdrawal !== undefined) return { ...found, state: 'withdrawn', reason: withdrawal.reason };
  const failed = failedEvidence(evidence);
  if (failed.length > 0) return { ...found, state: 'failed', reason: failed.map(failureText).join('; ') };
  if (record.is === 'absent') return { ...found, state: 'unpublished', reason: undefined };
  if (record.is === 'rejected') return { ...found, state: 'failed', reason: record.reason };
  const missing = missingEvidence(evidence);
  if (missing.length === 0) return { ...found, state: 'ready', reason: undefined };
  return { ...found, state: 'waiting', reason: missing.map(waitText).join(', ') };
}

function failureText({ name, evidence }: EvidenceState): string {
  const note = evidence?.note.split('\n')[0] ?? '';
  return note === '' ? name : `${name}: ${note}`;
}

function waitText({ name, state }: EvidenceState): string {
  return state === 'missing' ? name : `${name} (${state === 'too-old' ? 'too old' : state})`;
}

/** Below a published candidate nobody validates any more. */
function supersede(candidates: readonly CandidateInRound[]): readonly CandidateInRound[] {
  const first = candidates.findIndex(({ state }) => state !== 'unpublished');
  return candidates.map((candidate, place) =>
    place > first && first >= 0 && (candidate.state === 'ready' || candidate.state === 'waiting')
      ? { ...candidate, state: 'superseded', reason: undefined }
      : candidate,
  );
}
