import { parseTagName } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, formatVersion } from '../../domain/version.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { ReleaseOutline, ReleaseList } from '../../ports/release-list.ts';

/** What the forge has of the project's versions. */
export interface ReleasePages {
  readonly description: string;
  /** By git tag; of several the published one. */
  readonly byTag: ReadonlyMap<string, ReleaseOutline>;
  /** Releases whose tag is no version. */
  readonly others: number;
}

/** Reads the whole list. Of each release a few words are kept; of what is no version nothing but the number. */
export async function readReleasePages(list: ReleaseList): Promise<ReleasePages> {
  const byTag = new Map<string, ReleaseOutline>();
  let others = 0;
  for await (const { tag, state, files } of list.releases()) {
    const name = parseTagName(tag);
    if (name.is === 'refused' || name.value.kind !== 'release') others += 1;
    else if (byTag.get(tag)?.state !== 'published') byTag.set(tag, { tag, state, files });
  }
  return { description: list.description, byTag, others };
}

/** Something published under a version that no git tag decides: nothing can vouch for it. */
export interface UndecidedVersion {
  readonly version: string;
  readonly image: boolean;
  readonly page: ReleaseOutline['state'] | 'none';
}

/** What registry and forge have although the project has no tag for it, highest first. */
export function undecidedVersions(
  decided: readonly Version[],
  held: ReadonlySet<string>,
  pages: ReleasePages | undefined,
): readonly UndecidedVersion[] {
  const known = new Set(decided.map(formatVersion));
  const found = new Map<string, Version>();
  for (const tag of held) {
    const name = readRegistryTag(tag);
    if (name.kind === 'version') found.set(formatVersion(name.version), name.version);
  }
  for (const tag of pages?.byTag.keys() ?? []) {
    const name = parseTagName(tag);
    if (name.is === 'ok' && name.value.kind === 'release')
      found.set(formatVersion(name.value.version), name.value.version);
  }
  return [...found]
    .filter(([text]) => !known.has(text))
    .toSorted(([, left], [, right]) => compareVersions(right, left))
    .map(([version]) => {
      const page = pages?.byTag.get(`v${version}`)?.state ?? 'none';
      return { version, image: held.has(version), page };
    });
}

/** What the page of a version that has an image lacks, in a few words each. */
export function pageGaps(pages: ReleasePages | undefined, tag: string, wantsFiles: boolean): readonly string[] {
  if (pages === undefined) return [];
  const page = pages.byTag.get(tag);
  if (page === undefined) return ['no release page'];
  if (page.state === 'draft') return ['its release is still a draft'];
  return wantsFiles && page.files === 0 ? ['its release was published without files'] : [];
}
