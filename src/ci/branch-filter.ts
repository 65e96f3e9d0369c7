/** A branch as a filter that matches it alone: `*`, `?`, `+`, `!` and brackets mean something there. */
export function branchFilter(branch: string): string {
  return branch.replaceAll(/[*?+![\]\\]/g, String.raw`\$&`);
}
