/** A file that differs between two commits. */
export interface FileChange {
  /** As git has it; may be hostile. */
  readonly path: string;
  /** Lines added and taken away; 0 for a binary file. */
  readonly lines: number;
}
