import type { EvidencePolicy } from '../policy/gate-policy.ts';
import type { CriticalChange } from '../policy/requirement.ts';
import { requirementOf } from '../policy/requirement.ts';
import type { Evidence } from './evidence.ts';

/** Where one kind of evidence stands for one release. */
export interface EvidenceState {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'pending' | 'missing' | 'too-old' | 'not-required';
  /** Whether the release waits for it. What failed stops every release, required or not. */
  readonly isRequired: boolean;
  /** Why it is required or not, where that follows from what changed; or how old it may be. */
  readonly because: string | undefined;
  /** The release tag since which no critical path changed, where that is why it is not required. */
  readonly since: string | undefined;
  readonly evidence: Evidence | undefined;
}

export interface EvidenceRound {
  /** The classes the release belongs to; what any of them is asked for is asked of it. */
  readonly kinds: EvidencePolicy['requiredFor'];
  /** The newest evidence of each name that counts for the release. */
  readonly newest: ReadonlyMap<string, Evidence>;
  readonly change: CriticalChange;
  /** Unix seconds. */
  readonly now: number;
}

/** Every kind of evidence the policy asks of this class of releases, in its order, then whatever else maintainers signed. */
export function evidenceStates(policy: readonly EvidencePolicy[], round: EvidenceRound): readonly EvidenceState[] {
  const asked = policy.filter(({ requiredFor }) => requiredFor.some((one) => round.kinds.includes(one)));
  const others = [...round.newest.values()].filter(({ name }) => !asked.some((rule) => rule.name === name));
  return [...asked.map((rule) => stateOf(rule, round)), ...others.map(voluntary)];
}

/** The evidence a release still waits for. */
export function missingEvidence(states: readonly EvidenceState[]): readonly EvidenceState[] {
  return states.filter(({ isRequired, state }) => isRequired && state !== 'passed' && state !== 'failed');
}

export function failedEvidence(states: readonly EvidenceState[]): readonly EvidenceState[] {
  return states.filter(({ state }) => state === 'failed');
}

function stateOf(rule: EvidencePolicy, { newest, change, now }: EvidenceRound): EvidenceState {
  const { name, maxAgeSeconds } = rule;
  const evidence = newest.get(name);
  const requirement = requirementOf(rule.whenChanged, change);
  const isRequired = requirement.is === 'required';
  const common = {
    name,
    isRequired,
    because:
      requirement.is === 'required' ? requirement.because : `no critical path changed since ${requirement.since}`,
    since: requirement.is === 'required' ? undefined : requirement.since,
    evidence,
  };
  if (evidence === undefined) return { ...common, state: isRequired ? 'missing' : 'not-required' };
  const isOld = maxAgeSeconds !== undefined && now - evidence.signedAt > maxAgeSeconds;
  if (evidence.outcome === 'pass' && isOld)
    return isRequired
      ? { ...common, state: 'too-old', because: `it may be at most ${ageText(maxAgeSeconds)} old` }
      : { ...common, state: 'not-required' };
  return { ...common, state: stateNames[evidence.outcome] };
}

function voluntary(evidence: Evidence): EvidenceState {
  const state = stateNames[evidence.outcome];
  return { name: evidence.name, state, isRequired: false, because: undefined, since: undefined, evidence };
}

const stateNames = { pass: 'passed', fail: 'failed', pending: 'pending' } as const;

/** `5 min`, `36 h` or `14 d`: an age for people, rounded down. Below a minute and for clocks that differ: `0 min`. */
export function ageText(seconds: number): string {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
