/** Finds out whether images could be pushed, without leaving anything behind. */
export interface WriteProbe {
  /** Opens an upload and cancels it. Throws UNAUTHENTICATED or FORBIDDEN where the registry takes none from here. */
  tryWriting(): Promise<void>;
}
