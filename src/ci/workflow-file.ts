/** A file that `ci write` writes. */
export interface WorkflowFile {
  /** Path in the repository. */
  readonly path: string;
  readonly text: string;
}

/** Names of the files that release, and that move aliases, on forges with GitHub's kind of workflows. */
export const workflowNames = { release: 'release.yml', reconcile: 'reconcile.yml' } as const;

/** What a run of the release workflow is called, so that one that a person started with the name of a tag is found. */
export function releaseRunName(tag: string): string {
  return `release ${tag}`;
}

/** The first line of every such file; a file without it was written by a person. */
export const workflowMark = '# Written by "cutwater ci write" from cutwater.yaml; "cutwater ci check" finds changes.';

export function isOurs(text: string): boolean {
  return text.startsWith(`${workflowMark}\n`) || text.startsWith(`${workflowMark}\r\n`);
}
