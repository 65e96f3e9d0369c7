import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { ToolResult } from './run-tool.ts';

/** The error for a scanner that ended without a report. */
export function scanBroken(name: string, result: ToolResult): CutwaterError {
  const how = result.timedOut
    ? 'took too long'
    : result.exitCode < 0
      ? 'was killed'
      : `ended with exit code ${result.exitCode}`;
  const lines = result.stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  return new CutwaterError('SCAN_BROKEN', `Cannot scan the image: ${quote(name)} ${how}`, {
    details: lines.slice(-12).map((line) => escapeText(line).slice(0, 400)),
  });
}
