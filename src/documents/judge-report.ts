import type { Digest } from '../domain/digest.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { quote } from '../domain/quote.ts';
import type { GateReportPolicy } from '../policy/gate-policy.ts';
import type { ReportEntry, ReportFormat } from './validation-report.ts';
import { parseReport } from './parse-report.ts';

export interface ReportSubject {
  readonly commit: ObjectId;
  /** Undefined where there is no image yet. */
  readonly image: Digest | undefined;
}

export interface ReportFile {
  /** As messages name it. */
  readonly name: string;
  readonly format: ReportFormat;
  readonly bytes: Uint8Array;
}

/**
 * What a report comes to: PASS only if everything in it passed; `problems` say where not, each with file and line. One
 * that cannot be read, says nothing, or is about something else is `unusable`.
 */
export interface ReportVerdict {
  readonly outcome: 'pass' | 'pending' | 'fail' | 'unusable';
  readonly problems: readonly string[];
}

/** Judges the report of a gate by what the policy expects. */
export function judgeExpectedReport(
  bytes: Uint8Array,
  expected: GateReportPolicy,
  subject: ReportSubject,
): ReportVerdict {
  const file = { name: expected.path, format: expected.format, bytes };
  return judge(file, subject, (entries) =>
    expected.format === 'keyvalue'
      ? Object.entries(expected.expect).map(([name, wanted]) => judgeKey(entries, name, wanted))
      : judgeGates(entries, expected.gates),
  );
}

/**
 * Judges a report that a person brings, with nothing said about what it must hold: in YAML every entry, in KEY=VALUE every
 * key that is called STATUS or RESULT or ends so. A report in which there is no such thing is no pass.
 */
export function judgeReport(file: ReportFile, subject: ReportSubject): ReportVerdict {
  return judge(file, subject, (entries) => {
    if (file.format === 'yaml') return judgeGates(entries, []);
    const telling = entries.filter(({ name }) => /(?:^|_)(?:STATUS|RESULT)$/i.test(name));
    if (telling.length === 0) return [{ outcome: 'unusable', says: ' it has no key that ends in _STATUS or _RESULT' }];
    return telling.map((entry) =>
      /^pass(?:ed)?$/i.test(entry.value) ? passed : notPassed(entry, 'is neither "pass" nor "passed"'),
    );
  });
}

type Finding =
  | { readonly outcome: 'pass' }
  | {
      readonly outcome: 'pending' | 'fail' | 'unusable';
      /** Follows the file's name and a colon. */
      readonly says: string;
    };

const passed: Finding = { outcome: 'pass' };

function judge(
  file: ReportFile,
  subject: ReportSubject,
  judgeEntries: (entries: readonly ReportEntry[]) => readonly Finding[],
): ReportVerdict {
  const parsed = parseReport(file.bytes, file.format);
  if (parsed.is === 'refused') return { outcome: 'unusable', problems: [`${file.name}:${parsed.reason}`] };
  const { entries, commits, images, decision } = parsed.value;
  const findings = [
    ...commits.map((entry) => judgeCommit(entry, subject)),
    ...images.map((entry) => judgeImage(entry, subject)),
    ...(decision === undefined ? [] : [judgeDecision(decision)]),
    ...judgeEntries(entries),
  ];
  const problems = findings.flatMap((finding) => (finding.outcome === 'pass' ? [] : [`${file.name}:${finding.says}`]));
  const worst = (['unusable', 'fail', 'pending'] as const).find((outcome) =>
    findings.some((finding) => finding.outcome === outcome),
  );
  return { outcome: worst ?? 'pass', problems };
}

function judgeKey(entries: readonly ReportEntry[], name: string, wanted: string): Finding {
  const entry = entries.find((found) => found.name === name);
  if (entry === undefined) return { outcome: 'fail', says: ` it has no line ${name}=${wanted}` };
  return entry.value === wanted ? passed : notPassed(entry, `is no pass, ${quote(wanted)} is wanted`);
}

function judgeGates(entries: readonly ReportEntry[], wanted: readonly string[]): readonly Finding[] {
  if (entries.length === 0) return [{ outcome: 'unusable', says: ' it lists no gate' }];
  const names = wanted.length === 0 ? entries.map(({ name }) => name) : wanted;
  return names.map((name) => {
    const entry = entries.find((found) => found.name === name);
    if (entry === undefined) return { outcome: 'fail', says: ` it has no entry ${quote(name)}` };
    if (entry.value === 'PASS') return passed;
    return notPassed(entry, 'is none of PASS, FAIL, PENDING and SKIPPED, so it is no pass');
  });
}

/** Each way of not having passed has its own words, so that nobody takes one for another. */
function notPassed({ name, value, line }: ReportEntry, unknown: string): Finding {
  const at = `${line}: ${quote(name).slice(1, -1)}`;
  const word = value.trim().toUpperCase().replaceAll(/[\s-]/g, '_');
  if (word === '') return { outcome: 'fail', says: `${at} is empty, which is no pass` };
  if (word === 'PENDING') return { outcome: 'pending', says: `${at} is PENDING, which is no pass` };
  if (word === 'NOT_RUN') return { outcome: 'pending', says: `${at} was not run, which is no pass` };
  if (word === 'SKIPPED' || word === 'SKIP') return { outcome: 'fail', says: `${at} was skipped, which is no pass` };
  if (word === 'FAIL' || word === 'FAILED') return { outcome: 'fail', says: `${at} failed` };
  return { outcome: 'fail', says: `${at} is ${quote(value)}, which ${unknown}` };
}

function judgeCommit({ name, value, line }: ReportEntry, { commit }: ReportSubject): Finding {
  const isSame = /^[0-9a-f]{7,64}$/.test(value) && commit.startsWith(value);
  if (isSame) return passed;
  return { outcome: 'unusable', says: `${line}: ${name} is ${quote(value)}, but this is about commit ${commit}` };
}

function judgeImage({ name, value, line }: ReportEntry, { image }: ReportSubject): Finding {
  if (image === undefined || value === image || value.endsWith(`@${image}`)) return passed;
  return { outcome: 'unusable', says: `${line}: ${name} is ${quote(value)}, but this is about image ${image}` };
}

function judgeDecision({ value, line }: ReportEntry): Finding {
  if (value === 'GO') return passed;
  if (value.toUpperCase() === 'PENDING') return { outcome: 'pending', says: `${line}: its decision is PENDING` };
  return { outcome: 'fail', says: `${line}: its decision is ${quote(value)}, GO is wanted` };
}
