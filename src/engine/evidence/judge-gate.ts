import { assertNever } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { ReportSubject } from '../../documents/judge-report.ts';
import { judgeExpectedReport } from '../../documents/judge-report.ts';
import type { GatePolicy, GateReportPolicy } from '../../policy/gate-policy.ts';
import type { GateReportFile, GateRun } from '../../ports/gate-runner.ts';

export type GateVerdict =
  | { readonly is: 'passed' }
  | {
      readonly is: 'failed';
      /** Completes "Cannot pass gate ...: ". */
      readonly reason: string;
      /** What else is wrong, one line each. */
      readonly details: readonly string[];
    };

/** A gate has passed only if its command ended with 0 and its report, where it must write one, says PASS throughout. */
export function judgeGate(gate: GatePolicy, run: GateRun, subject: ReportSubject): GateVerdict {
  const problems = gate.report === undefined ? [] : reportProblems(gate.report, run.report, subject);
  const fault = commandFault(gate, run);
  const [first, ...more] = fault === undefined ? problems : [fault, ...problems];
  return first === undefined ? { is: 'passed' } : { is: 'failed', reason: first, details: more };
}

function commandFault({ command, timeoutSeconds }: GatePolicy, { ended }: GateRun): string | undefined {
  const name = quote(command[0] ?? '');
  switch (ended.is) {
    case 'exit':
      return ended.code === 0 ? undefined : `${name} ended with exit code ${ended.code}`;
    case 'signal':
      return `${name} was ended by the signal ${ended.signal}`;
    case 'time-limit':
      return `${name} took longer than ${timeoutSeconds} s`;
    case 'not-started':
      return `${name} ${ended.reason}`;
    default:
      return assertNever(ended);
  }
}

function reportProblems(
  expected: GateReportPolicy,
  file: GateReportFile | undefined,
  subject: ReportSubject,
): readonly string[] {
  if (file === undefined || file.is === 'missing') return [`it wrote no report ${quote(expected.path)}`];
  if (file.is === 'unreadable') return [`its report ${quote(expected.path)} ${file.reason}`];
  return judgeExpectedReport(file.bytes, expected, subject).problems;
}
