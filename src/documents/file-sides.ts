/** A text file on both sides of a merge, and before they parted. */
export interface FileSides {
  readonly base: string;
  /** What is merged into. */
  readonly ours: string;
  readonly theirs: string;
}
