import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

/** Undefined where the path is simply not there; everything else that fails is thrown as DISK. */
export function readFailure(error: unknown, path: string): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  const reason = error instanceof Error ? error.message : String(error);
  throw new CutwaterError('DISK', `Cannot read ${quote(path)}: ${reason}`, {
    hint: 'Check the folder of releases and its rights, and run again',
    cause: error,
  });
}

export function corrupt(path: string, fault: string): CutwaterError {
  return new CutwaterError('STORE_CORRUPT', `Cannot read ${quote(path)}: ${fault}`);
}
