/** Where a forge lets people ask for a merge (a pull request, a merge request). */
export interface MergeRequests {
  /** Opens one, or finds the open one from this branch; its address. */
  propose(request: {
    /** Branches of the remote. */
    readonly from: string;
    readonly into: string;
    readonly title: string;
    /** Markdown. */
    readonly text: string;
  }): Promise<string>;
}
