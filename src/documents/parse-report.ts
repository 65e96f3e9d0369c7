import type { Parsed } from '../domain/brand.ts';
import { refuse } from '../domain/brand.ts';
import { readGateList } from './gate-list-report.ts';
import { readKeyValues } from './key-value-report.ts';
import type { ReportFormat, ValidationReport } from './validation-report.ts';

/**
 * Reads a report. The reason of a refusal begins with the line where there is one (`3: ...`), so that it can follow a
 * file's name and a colon.
 */
export function parseReport(bytes: Uint8Array, format: ReportFormat): Parsed<ValidationReport> {
  const text = decode(bytes);
  if (text === undefined) return refuse(' it is not UTF-8');
  if (text.trim() === '') return refuse(' it is empty');
  return format === 'keyvalue' ? readKeyValues(text) : readGateList(text);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** By the name of the file: YAML where it ends in `.yaml` or `.yml`. */
export function reportFormatOf(file: string): ReportFormat {
  return /\.ya?ml$/i.test(file) ? 'yaml' : 'keyvalue';
}
