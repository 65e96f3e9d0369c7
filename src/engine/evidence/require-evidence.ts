import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { RecordedEvidence } from '../../domain/release-checks.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { Evidence } from '../../estate/evidence.ts';
import type { EvidenceState } from '../../estate/evidence-state.ts';
import { ageText, failedEvidence, missingEvidence } from '../../estate/evidence-state.ts';
import type { EvidenceAnswer, EvidenceQuestion } from './evidence-round.ts';
import { askEvidence } from './evidence-round.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { timeText } from './run-gates.ts';
import type { ReadWorld } from '../world.ts';

/** A release that does not go on without its evidence. */
export interface EvidenceDemand extends EvidenceQuestion {
  /** Completes "Cannot ...": `release v1.2.3`. */
  readonly act: string;
  /** The version whose image people validate: the candidate that is promoted, or the release itself. */
  readonly validated: Version;
}

/**
 * The evidence of a release, for the record. Throws EVIDENCE_FAILED where a maintainer signed that it did not pass, and
 * EVIDENCE_MISSING where a person still has to sign something; both name all of it, each with the command.
 */
export async function requireEvidence(
  world: ReadWorld,
  loaded: LoadedPolicy,
  demand: EvidenceDemand,
): Promise<readonly RecordedEvidence[]> {
  const answer = await askEvidence(world, loaded, demand);
  requireStates(answer, { demand, now: world.now });
  return answer.states.flatMap((state) => recorded(state) ?? []);
}

/**
 * Throws EVIDENCE_FAILED where a maintainer signed that something did not pass, also after the statement of the release
 * was signed. What is missing or too old was settled by that.
 */
export async function requireNoFailure(
  world: ReadWorld,
  loaded: LoadedPolicy,
  asked: Omit<EvidenceDemand, 'change' | 'validated'>,
): Promise<void> {
  const change = async () => ({ is: 'unknown', reason: 'only failures are asked for' }) as const;
  const answer = await askEvidence(world, loaded, { ...asked, change });
  requireUnfailed(answer, { demand: { ...asked, validated: asked.version }, now: world.now });
}

export interface EvidenceAsked {
  readonly demand: Pick<EvidenceDemand, 'act' | 'validated'>;
  readonly now: number;
}

type KnownEvidence = Pick<EvidenceAnswer, 'states' | 'unsure' | 'isShallow'>;

/** The same for what is known. */
export function requireStates(known: KnownEvidence, asked: EvidenceAsked): void {
  refuseFailed(known, asked);
  refuseMissing(known.states, asked);
}

/** The same of failures alone. */
export function requireUnfailed(known: KnownEvidence, asked: EvidenceAsked): void {
  refuseFailed({ ...known, states: failedEvidence(known.states) }, asked);
}

function refuseFailed(known: KnownEvidence, { demand, now }: EvidenceAsked): void {
  const { states, unsure, isShallow } = known;
  const failed = failedEvidence(states);
  if (failed.length === 0) return;
  const lost = failed.flatMap(({ evidence }) => (evidence !== undefined && unsure.has(evidence) ? [evidence] : []));
  if (isShallow && lost.length === failed.length)
    throw new CutwaterError(
      'HISTORY_SHALLOW',
      `Cannot ${demand.act}: ${listed(failed)} failed, and the clone is too shallow to show whether that is about this build`,
      { details: failed.map((state) => describe(state, { demand, now })) },
    );
  throw new CutwaterError('EVIDENCE_FAILED', `Cannot ${demand.act}: ${listed(failed)} failed`, {
    details: [
      ...[...failed, ...missingEvidence(states)].map((state) => describe(state, { demand, now })),
      ...lost.map(
        ({ tag, commit }) => `${tag.name} counts because this clone has no commit ${commit.slice(0, 12)} to compare`,
      ),
    ],
    hint: 'Mend the cause and release the next candidate; where the cause was elsewhere, sign the result of a new validation',
  });
}

function refuseMissing(states: readonly EvidenceState[], { demand, now }: EvidenceAsked): void {
  const missing = missingEvidence(states);
  const [first] = missing;
  if (first === undefined) return;
  throw new CutwaterError(
    'EVIDENCE_MISSING',
    `Cannot ${demand.act} yet: ${listed(missing)} ${missing.length === 1 ? 'has' : 'have'} not passed`,
    {
      details: missing.map((state) => describe(state, { demand, now })),
      hint: `When it has passed, a maintainer runs 'cutwater ${addCommand(first.name, demand.validated)}', then run this again`,
    },
  );
}

/** The command that signs a result, without `cutwater`. */
export function addCommand(name: string, version: Version): string {
  return `evidence add ${name} ${formatVersion(version)} --result pass --push`;
}

function describe({ name, state, because, evidence }: EvidenceState, { demand, now }: EvidenceAsked): string {
  const command = `cutwater ${addCommand(name, demand.validated)}`;
  const why = because === undefined ? '' : ` (${because})`;
  if (evidence === undefined) return `${name}: nobody has signed it${why}; ${command}`;
  const age = ageText(now - evidence.signedAt);
  const who = evidence.signer?.name ?? 'a maintainer whose key has retired';
  const said = evidence.note === '' ? '' : `, ${quote(evidence.note)}`;
  switch (state) {
    case 'failed':
      return `${name}: failed for ${releaseTagOf(evidence.version)}, signed by ${who} ${age} ago${said}`;
    case 'pending':
      return `${name}: pending, signed by ${who} ${age} ago${said}; ${command}`;
    case 'too-old':
      return `${name}: passed ${age} ago${why}; ${command}`;
    case 'missing':
    case 'not-required':
    case 'passed':
      return `${name}: ${state}`;
  }
}

function listed(states: readonly EvidenceState[]): string {
  return states.map(({ name }) => name).join(', ');
}

function recorded({ name, state, since, evidence }: EvidenceState): RecordedEvidence | undefined {
  if (state === 'passed' && evidence !== undefined) return toRecord(evidence);
  return since === undefined ? undefined : { outcome: 'not-required', name, since };
}

function toRecord(evidence: Evidence): RecordedEvidence | undefined {
  const { name, version, commit, digest, tag, signer, signedAt, report } = evidence;
  // What passed was signed with a key that counts; without one it would not be here.
  if (signer === undefined) return undefined;
  return {
    outcome: 'passed',
    name,
    version: formatVersion(version),
    commit,
    image: digest ?? null,
    tag: { name: tag.name, object: tag.object, raw: Buffer.from(tag.raw).toString('base64') },
    signer,
    signedAt: timeText(signedAt),
    report: report ?? null,
  };
}
