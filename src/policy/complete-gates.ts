import type { EvidencePolicy, GatePolicy, GateReportPolicy } from './gate-policy.ts';
import type { PolicyDocument } from './schema.ts';

type GateDocument = PolicyDocument['gates'][number];
type EvidenceDocument = PolicyDocument['evidence'][number];

export function toGate({ timeout, report, whenChanged = [], ...gate }: GateDocument): GatePolicy {
  return { ...gate, timeoutSeconds: timeout, report: report && toReport(report), whenChanged };
}

export function toEvidence({ maxAge, whenChanged = [], ...evidence }: EvidenceDocument): EvidencePolicy {
  return { ...evidence, whenChanged, maxAgeSeconds: maxAge };
}

function toReport({ path, format, expect, gates }: NonNullable<GateDocument['report']>): GateReportPolicy {
  if (format === 'yaml') return { format, path, gates: gates ?? [] };
  if (expect === undefined) throw new Error('A report without expected values passed the checks');
  return { format, path, expect };
}
