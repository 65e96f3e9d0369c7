import { errorCatalogue } from './error-catalogue.ts';
import type { ErrorCode } from './error-catalogue.ts';
import type { ExitCode } from './error-entry.ts';

export interface ErrorExtra {
  /** The next step, when it is known better here than in the catalogue. */
  readonly hint?: string;
  /** One line per further problem or finding, shown below the message. */
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/**
 * The one error of the program. The message has the form "Cannot <act> <object>: <found>, <wanted>", without a final
 * period; callers decide by `code`, never by the text.
 */
export class CutwaterError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, extra: ErrorExtra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'CutwaterError';
    this.code = code;
    this.hint = extra.hint ?? errorCatalogue[code].hint;
    this.details = extra.details ?? [];
  }

  get exit(): ExitCode {
    return errorCatalogue[this.code].exit;
  }
}

export function isCutwaterError(error: unknown, code?: ErrorCode): error is CutwaterError {
  return error instanceof CutwaterError && (code === undefined || error.code === code);
}

/** Marks a branch the compiler proves unreachable; reaching it is our bug. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
