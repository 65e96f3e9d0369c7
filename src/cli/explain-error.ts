import type { ExitCode } from '../domain/error-entry.ts';
import { exitCodes } from '../domain/error-entry.ts';
import { CutwaterError, isCutwaterError } from '../domain/error.ts';
import { escapeLines, escapeText } from '../domain/quote.ts';
import { formatJson } from './render/json.ts';
import type { Terminal } from './render/terminal.ts';
import { paint } from './render/terminal.ts';
import { redact } from './redact.ts';

export interface ErrorSituation {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The run was told to stop: whatever came out of it, it was interrupted. */
  readonly wasStopped: boolean;
}

export interface ErrorExplanation {
  readonly exit: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** The only place that turns an error into text and an exit code. */
export function explainError(error: unknown, situation: ErrorSituation): ErrorExplanation {
  const known = toKnownError(error, situation);
  if (known === undefined) return explainBug(error, situation);
  if (situation.json) return { exit: known.exit, stdout: toJson(known), stderr: '' };
  const { terminal } = situation;
  const lines = [
    `${paint(terminal, 'red', 'error:')} ${escapeLines(known.message)}`,
    ...known.details.map((detail) => `  ${escapeLines(detail).replaceAll('\n', '\n  ')}`),
    `${paint(terminal, 'cyan', 'next:')} ${escapeText(known.hint)}`,
  ];
  return { exit: known.exit, stdout: '', stderr: `${lines.join('\n')}\n` };
}

function toKnownError(error: unknown, situation: ErrorSituation): CutwaterError | undefined {
  const isAbort = error instanceof Error && error.name === 'AbortError';
  if (
    situation.wasStopped &&
    (isAbort || isCutwaterError(error, 'TOOL_FAILED') || isCutwaterError(error, 'UNREACHABLE'))
  )
    return new CutwaterError('INTERRUPTED', 'Cannot finish: the run was told to stop', { cause: error });
  return isCutwaterError(error) ? error : undefined;
}

function explainBug(error: unknown, { terminal, json, version, env }: ErrorSituation): ErrorExplanation {
  const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = `This is a bug in Cutwater ${version} (Node ${process.versions.node}): ${escapeText(redact(name, env))}`;
  const hint = 'Report it with the lines above; they hold no secret we know of';
  const stack = error instanceof Error ? frames(error, env) : [];
  if (json) {
    const document = { schema: 'cutwater.error/1', code: 'BUG', message, details: stack, hint };
    return { exit: exitCodes.bug, stdout: `${formatJson(document)}\n`, stderr: '' };
  }
  const lines = [`${paint(terminal, 'red', 'bug:')} ${message}`, ...stack.map((line) => `  ${line}`)];
  return {
    exit: exitCodes.bug,
    stdout: '',
    stderr: `${lines.join('\n')}\n${paint(terminal, 'cyan', 'next:')} ${hint}\n`,
  };
}

function frames(error: Error, env: ErrorSituation['env']): readonly string[] {
  const own = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const causes = error.cause instanceof Error ? [`caused by ${error.cause.name}: ${error.cause.message}`] : [];
  return [...own.slice(0, 12), ...causes].map((line) => escapeText(redact(line.trim(), env)));
}

function toJson(error: CutwaterError): string {
  const { code, message, details, hint } = error;
  return `${formatJson({ schema: 'cutwater.error/1', code, message, details, hint })}\n`;
}
