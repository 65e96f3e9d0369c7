import { escapeText } from '../../domain/quote.ts';
import type { Verification } from '../../report/verification.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { paint } from './terminal.ts';

/** One line per check and the verdict below: what `verify` shows and `rehearse` tells. */
export function renderVerification(
  verification: Verification,
  terminal: Terminal,
  verdicts: Readonly<Record<Verification['verdict'], string>> = verdictsOf(verification),
): readonly string[] {
  const marks = {
    passed: ['ok', 'green'],
    failed: ['FAILED', 'red'],
    warning: ['note', 'yellow'],
    differs: ['differs', 'yellow'],
    unchecked: ['not checked', 'yellow'],
  } as const;
  const rows = verification.checks.map(({ name, is, says }) => [
    { text: marks[is][0], style: marks[is][1] },
    name,
    says,
  ]);
  const table = renderTable(
    [{ title: 'result' }, { title: 'check' }, { title: 'found', shrinks: true }],
    rows,
    terminal,
  );
  const failures = verification.checks
    .filter(({ is }) => is === 'failed' || is === 'differs')
    .map(({ name, says }) => `${name}: ${escapeText(says, 1000)}`);
  const verdict = paint(terminal, 'bold', verdicts[verification.verdict]);
  return [...table, '', verdict, ...(terminal.isTty ? failures : []), ...nextSteps(verification)];
}

function nextSteps({ checks }: Verification): readonly string[] {
  const steps = checks.flatMap((check) => (check.is === 'unchecked' ? [`next: ${escapeText(check.next, 1000)}`] : []));
  return [...new Set(steps)];
}

function verdictsOf({ version, checks }: Verification): Readonly<Record<Verification['verdict'], string>> {
  return {
    passed: `${version} is what was released: ${checks.filter(({ is }) => is === 'passed').length} checks passed.`,
    failed: `${version} is NOT what was released. Do not deploy it.`,
    differs: `${version}: nothing found is wrong, but built again it is something else than what was released.`,
    incomplete: `${version} could not be checked whole; nothing found so far is wrong.`,
  };
}
