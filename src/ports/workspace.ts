/** A private folder of this run; gone when the run ends. */
export interface Workspace {
  open(file: string): AsyncIterable<Uint8Array>;
  /** Bytes of a file, fewer where it ends before. */
  readPart(file: string, part: { readonly from: number; readonly length: number }): Promise<Uint8Array>;
}
