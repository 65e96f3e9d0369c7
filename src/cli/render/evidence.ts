import { shortDigest } from '../../domain/digest.ts';
import { formatVersion } from '../../domain/version.ts';
import type { ListedEvidence } from '../../engine/evidence/list-evidence.ts';
import type { GateState } from '../../engine/overview/plan-checks.ts';
import type { Evidence } from '../../estate/evidence.ts';
import type { EvidenceState } from '../../estate/evidence-state.ts';
import { ageText } from '../../estate/evidence-state.ts';
import type { TableCell } from './table.ts';
import { renderTable } from './table.ts';
import type { Style, Terminal } from './terminal.ts';

/** Where each kind of evidence stands, one line each. */
export function renderEvidenceStates(
  states: readonly EvidenceState[],
  now: number,
  terminal: Terminal,
): readonly string[] {
  const rows = states.map((state): readonly TableCell[] => {
    const { name, evidence, because } = state;
    const by = evidence === undefined ? '-' : `${signerName(evidence)}, for ${formatVersion(evidence.version)}`;
    const note = evidence?.note.split('\n')[0] ?? '';
    const why = [because ?? '', note].filter((text) => text !== '').join('; ');
    return [name, stateCell(state), evidence === undefined ? '-' : ageText(now - evidence.signedAt), by, why];
  });
  return renderTable(
    [
      { title: 'evidence' },
      { title: 'state' },
      { title: 'age' },
      { title: 'signed by' },
      { title: 'why', shrinks: true },
    ],
    rows,
    terminal,
  );
}

/** Where each gate stands, one line each. */
export function renderGateStates(states: readonly GateState[], now: number, terminal: Terminal): readonly string[] {
  const styles = { passed: 'green', 'to-run': 'yellow', awaited: 'yellow', 'not-required': 'dim' } as const;
  const names = {
    passed: 'passed',
    'to-run': 'runs with the release',
    awaited: 'waited for by the release',
    'not-required': 'not required',
  } as const;
  const rows = states.map(({ name, on, state, at, because }): readonly TableCell[] => {
    const age = at === undefined ? '-' : ageText(now - Date.parse(at) / 1000);
    return [name, on, { text: names[state], style: styles[state] }, age, because ?? ''];
  });
  return renderTable(
    [{ title: 'gate' }, { title: 'on' }, { title: 'state' }, { title: 'age' }, { title: 'why', shrinks: true }],
    rows,
    terminal,
  );
}

/** Every piece of evidence, one line each, with what does not count and why. */
export function renderPieces(pieces: readonly ListedEvidence[], now: number, terminal: Terminal): readonly string[] {
  const rows = pieces.map((piece): readonly TableCell[] => {
    if (piece.is === 'invalid')
      return [
        piece.tag,
        '-',
        '-',
        '-',
        '-',
        { text: `does not count: ${piece.reason.replace(/^it /, '')}`, style: 'red' },
      ];
    const { evidence } = piece;
    const { tag, outcome, digest } = evidence;
    const says: TableCell =
      piece.is === 'ignored'
        ? { text: `ignored: ${piece.reason.replace(/^it /, '')}`, style: 'yellow' }
        : { text: piece.is, style: piece.is === 'counts' ? 'green' : 'dim' };
    const image = digest === undefined ? '-' : shortDigest(digest);
    return [tag.name, outcome, ageText(now - evidence.signedAt), signerName(evidence), image, says];
  });
  const columns = ['tag', 'result', 'age', 'signed by', 'image'].map((title) => ({ title }));
  return renderTable([...columns, { title: 'state', shrinks: true }], rows, terminal);
}

/** One state as plain data. */
export function evidenceStateJson(state: EvidenceState, now: number): Readonly<Record<string, unknown>> {
  const { name, isRequired, because, evidence } = state;
  return {
    name,
    state: state.state,
    required: isRequired,
    ...(because === undefined ? {} : { because }),
    ...(evidence === undefined ? {} : { evidence: evidenceJson(evidence, now) }),
  };
}

/** One piece of evidence as plain data. */
export function evidenceJson(evidence: Evidence, now: number): Readonly<Record<string, unknown>> {
  const { name, version, tag, outcome, digest, commit, environment, report, note, signer, signedAt } = evidence;
  return {
    tag: tag.name,
    object: tag.object,
    name,
    version: formatVersion(version),
    outcome,
    commit,
    image: digest ?? null,
    signer: signer ?? null,
    signedAt: new Date(signedAt * 1000).toISOString().replace('.000Z', 'Z'),
    ageSeconds: Math.max(0, now - signedAt),
    ...(environment === undefined ? {} : { environment }),
    ...(report === undefined ? {} : { report }),
    ...(note === '' ? {} : { note }),
  };
}

/** One listed piece as plain data. */
export function pieceJson(piece: ListedEvidence, now: number): Readonly<Record<string, unknown>> {
  switch (piece.is) {
    case 'invalid':
      return { tag: piece.tag, state: 'invalid', reason: piece.reason };
    case 'ignored':
      return { ...evidenceJson(piece.evidence, now), state: 'ignored', reason: piece.reason };
    case 'counts':
    case 'superseded':
      return { ...evidenceJson(piece.evidence, now), state: piece.is };
  }
}

function signerName({ signer }: Evidence): string {
  return signer?.name ?? 'a retired key';
}

function stateCell({ state, isRequired }: EvidenceState): TableCell {
  const styles: Readonly<Record<EvidenceState['state'], Style>> = {
    passed: 'green',
    failed: 'red',
    pending: 'yellow',
    missing: 'yellow',
    'too-old': 'yellow',
    'not-required': 'dim',
  };
  const names = { 'too-old': 'too old', 'not-required': 'not required' } as const;
  const text = state === 'too-old' || state === 'not-required' ? names[state] : state;
  return { text: isRequired || state === 'not-required' ? text : `${text}, not asked for`, style: styles[state] };
}
