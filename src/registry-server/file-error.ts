/** Whether a failure of the file system has one of these codes, such as `ENOENT`. */
export function isFileError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** Whether the failure says that there is no such file: the path, or a part of it, is not there or is no folder. */
export function isMissing(error: unknown): boolean {
  return isFileError(error, 'ENOENT', 'ENOTDIR');
}
