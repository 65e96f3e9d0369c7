import { CutwaterError } from '../../domain/error.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import type { ErrorExtra } from '../../domain/error.ts';

export interface TransientExtra extends ErrorExtra {
  readonly waitMilliseconds?: number | undefined;
  readonly host?: string;
}

/** A failure that may be gone at the next try. It is an ordinary error for whoever does not try again. */
export class TransientError extends CutwaterError {
  /** How long the server asks to wait. */
  readonly waitMilliseconds: number | undefined;
  /** Which server asks, as `host[:port]`. */
  readonly host: string | undefined;

  constructor(code: ErrorCode, message: string, extra: TransientExtra = {}) {
    super(code, message, extra);
    this.waitMilliseconds = extra.waitMilliseconds;
    this.host = extra.host;
  }
}
