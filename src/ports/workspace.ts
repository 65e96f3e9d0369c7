/** A private folder of this run; gone when the run ends. */
export interface Workspace {
  open(file: string): AsyncIterable<Uint8Array>;
  /** The first bytes of a file, fewer where it is shorter. */
  readStart(file: string, length: number): Promise<Uint8Array>;
}
