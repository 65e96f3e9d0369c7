import { isCutwaterError } from '../domain/error.ts';
import { isFileError } from './file-error.ts';

/** Codes of the distribution-spec, "Error Codes", and five of our own for what it has no code for. */
export type FaultCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'DENIED'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'
  | 'PRECONDITION_FAILED'
  | 'TAG_IMMUTABLE'
  | 'STORE_CORRUPT'
  | 'STORAGE_FULL'
  | 'UNAVAILABLE';

export interface FaultKind {
  /** The HTTP status. */
  readonly status: number;
  readonly code: FaultCode;
}

export interface FaultExtra {
  readonly detail?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer to the client that is an error: an HTTP status with a code. The message goes over the wire. */
export class RegistryFault extends Error {
  readonly status: number;
  readonly code: FaultCode;
  readonly extra: FaultExtra;

  constructor(kind: FaultKind, message: string, extra: FaultExtra = {}) {
    super(message);
    this.name = 'RegistryFault';
    this.status = kind.status;
    this.code = kind.code;
    this.extra = extra;
  }
}

/** What the client is told about a failure. Messages of the storage name files and stay here. */
export function toFault(error: unknown): RegistryFault {
  if (error instanceof RegistryFault) return error;
  if (isCutwaterError(error, 'STORE_CORRUPT'))
    return new RegistryFault({ status: 500, code: 'STORE_CORRUPT' }, 'Stored content is damaged and is not served');
  if (isCutwaterError(error, 'LOCKED'))
    return new RegistryFault({ status: 503, code: 'UNAVAILABLE' }, 'Another process is changing this repository', {
      headers: { 'Retry-After': '1' },
    });
  if (isFullDisk(error))
    return new RegistryFault(
      { status: 507, code: 'STORAGE_FULL' },
      'The disk of the registry is full; nothing was changed by this request',
    );
  return new RegistryFault(
    { status: 500, code: 'UNAVAILABLE' },
    'The registry failed; nothing was changed by this request',
  );
}

/** No room, or no more of it for this user. Whoever wrote a file says DISK and keeps the reason as the cause. */
function isFullDisk(error: unknown): boolean {
  const reason = isCutwaterError(error, 'DISK') ? error.cause : error;
  return isFileError(reason, 'ENOSPC', 'EDQUOT');
}
