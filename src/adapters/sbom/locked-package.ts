import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';

/** A file of the build commit that says which packages, exactly, a build takes. */
export interface LockFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface PackageHash {
  readonly algorithm: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
  /** Lower case. */
  readonly hex: string;
}

/** `excluded`: used for development only. Undefined where the lock file does not say. */
export type PackageScope = 'required' | 'optional' | 'excluded' | undefined;

/** One package as a lock file names it. */
export interface LockedPackage {
  /** The purl, or for the project's own packages, which no registry has, `local:FILE#NAME@VERSION`. */
  readonly ref: string;
  readonly purl: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly hashes: readonly PackageHash[];
  /** Where it is taken from, as the lock file says, without credentials. */
  readonly source: string | undefined;
  readonly scope: PackageScope;
  /** As it states it: an SPDX expression, or whatever its authors wrote. */
  readonly licence?: string;
  /** Refs of packages of the same lock file. */
  readonly dependsOn: readonly string[];
}

/** Throws INPUT_INVALID for a lock file, with the entry that is wrong. */
export function badLockFile(path: string, fault: string): CutwaterError {
  return new CutwaterError('INPUT_INVALID', `Cannot read lock file ${quote(path)}: ${fault}`, {
    hint: 'Let the package manager write the lock file anew, and commit it',
  });
}

/** The file as text. Throws INPUT_INVALID for what is not UTF-8. */
export function textOf({ path, bytes }: LockFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badLockFile(path, 'it is not UTF-8');
  }
}

/** A source that may be published: an address of visible ASCII, without user and password; undefined for anything else. */
export function publicSource(source: string): string | undefined {
  if (!/^[\x21-\x7e]{1,2000}$/.test(source) || !URL.canParse(source)) return undefined;
  // The URL class cannot change the user of a scheme it does not know, such as "git+https".
  return source.replace(/^([a-z0-9+.-]+:\/\/)[^/?#]*@/i, '$1');
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 1024 && !/[\p{Cc}\p{Cs}]/u.test(value);
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
