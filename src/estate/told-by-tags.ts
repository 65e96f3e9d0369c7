import { formatVersion, highestVersion, releaseClassOf } from '../domain/version.ts';
import type { RegistryTag } from './registry-tags.ts';

/** The newest stable version of the line of an alias such as `1` or `1.2` that has a statement; nobody's word, a name alone. */
export function newestStated(tags: readonly RegistryTag[], alias: string): string | undefined {
  const newest = highestVersion(
    tags.flatMap((tag) => {
      if (tag.kind !== 'statement' || releaseClassOf(tag.version) !== 'stable') return [];
      return formatVersion(tag.version).startsWith(`${alias}.`) ? [tag.version] : [];
    }),
  );
  return newest && formatVersion(newest);
}

/** How many records there are by which a version was withdrawn and restored, whether they count or not. */
export function countRecords(
  tags: readonly RegistryTag[],
  version: string,
): { readonly withdrawn: number; readonly restored: number } {
  const kinds = tags.flatMap((tag) => {
    const isOurs =
      tag.kind === 'decision' && tag.name.kind !== 'checkpoint' && formatVersion(tag.name.version) === version;
    return isOurs ? [tag.name.kind] : [];
  });
  const withdrawn = kinds.filter((kind) => kind === 'withdrawn').length;
  return { withdrawn, restored: kinds.length - withdrawn };
}
