/**
 * The image tag a git tag would claim if it were taken at its word, read as leniently as other tools do: an optional
 * `v`, a SemVer core, build metadata dropped. Undefined for names that are no version at all.
 */
export function claimedImageTag(gitTag: string): string | undefined {
  return /^[vV]?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:\+[0-9A-Za-z.-]+)?$/.exec(gitTag)?.[1];
}

/** Image tags that more than one git tag claims, such as `v1.2.3` and `v1.2.3+x`, or `v1.2.3` and `1.2.3`. */
export function contestedImageTags(gitTags: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const claims = new Map<string, string[]>();
  for (const name of gitTags) {
    const claimed = claimedImageTag(name);
    if (claimed === undefined) continue;
    const claimants = claims.get(claimed);
    if (claimants === undefined) claims.set(claimed, [name]);
    else claimants.push(name);
  }
  return new Map([...claims].filter(([, claimants]) => claimants.length > 1));
}
