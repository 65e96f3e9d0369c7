import type { CandidateInRound, Round } from '../../engine/overview/gather-rounds.ts';
import type { EvidenceState } from '../../estate/evidence-state.ts';
import { ageText } from '../../estate/evidence-state.ts';
import { evidenceStateJson } from './evidence.ts';
import type { TableCell } from './table.ts';
import { renderTable } from './table.ts';
import type { Style, Terminal } from './terminal.ts';

/** The open rounds of release candidates, one line per candidate. */
export function renderRounds(rounds: readonly Round[], now: number, terminal: Terminal): readonly string[] {
  const rows = rounds.flatMap(({ candidates }) =>
    candidates.map((candidate): readonly TableCell[] => [
      candidate.version,
      { text: stateText(candidate), style: styles[candidate.state] },
      gateText(candidate, now),
      candidate.evidence.map((state) => evidenceText(state, now)).join(', '),
    ]),
  );
  const columns = [{ title: 'candidate' }, { title: 'state', shrinks: true }, { title: 'gates' }] as const;
  return renderTable([...columns, { title: 'evidence', shrinks: true }], rows, terminal);
}

/** One round as plain data. */
export function roundJson({ version, candidates }: Round, now: number): Readonly<Record<string, unknown>> {
  return {
    version,
    candidates: candidates.map((candidate) => ({
      ...candidate,
      evidence: candidate.evidence.map((state) => evidenceStateJson(state, now)),
    })),
  };
}

const styles: Readonly<Record<CandidateInRound['state'], Style>> = {
  ready: 'green',
  waiting: 'yellow',
  failed: 'red',
  withdrawn: 'red',
  superseded: 'dim',
  unpublished: 'yellow',
};

function stateText({ state, reason }: CandidateInRound): string {
  switch (state) {
    case 'waiting':
      return `open: waits for ${reason ?? 'evidence'}`;
    case 'ready':
      return 'open: ready to be promoted';
    case 'failed':
    case 'withdrawn':
      return reason === undefined ? state : `${state}: ${reason}`;
    case 'superseded':
      return 'superseded';
    case 'unpublished':
      return 'tagged, not published';
  }
}

function gateText({ gates }: CandidateInRound, now: number): string {
  const passed = gates.filter(({ state }) => state === 'passed');
  const oldest = Math.min(...passed.map(({ at }) => Date.parse(at ?? '')));
  return passed.length === 0 ? '-' : `${passed.length} passed ${ageText(now - oldest / 1000)} ago`;
}

function evidenceText({ name, state, evidence }: EvidenceState, now: number): string {
  const words = { 'too-old': 'too old', 'not-required': 'not required' } as const;
  const word = state === 'too-old' || state === 'not-required' ? words[state] : state;
  return evidence === undefined ? `${name} ${word}` : `${name} ${word} ${ageText(now - evidence.signedAt)} ago`;
}
