import { parseTagName } from '../../domain/tag-name.ts';
import { parseTagPattern } from '../../policy/tag-pattern.ts';

/** What the tags of a repository say about releases that were made before. */
export interface TagStreams {
  /** Tags of the form vX.Y.Z and vX.Y.Z-rc.N. */
  readonly releases: number;
  /** Tags that are a version without "v". */
  readonly bare: number;
  /** Regular expressions of tags that name versions of something else, such as `^api/v\d`. */
  readonly others: readonly string[];
}

export function readTagStreams(names: readonly string[]): TagStreams {
  const releases = names.filter((name) => isRelease(name));
  const bare = names.filter((name) => /^\d/.test(name) && isRelease(`v${name}`));
  const prefixes = new Set(names.flatMap((name) => foreignPrefix(name) ?? []));
  const patterns = [...prefixes].toSorted().map((prefix) => `^${escapePattern(prefix)}\\d`);
  return {
    releases: releases.length,
    bare: bare.length,
    others: patterns.filter((pattern) => parseTagPattern(pattern).is === 'ok').slice(0, 10),
  };
}

function isRelease(name: string): boolean {
  const parsed = parseTagName(name);
  return parsed.is === 'ok' && parsed.value.kind === 'release';
}

/** `api/v` of `api/v1.2.3`, `chart-` of `chart-0.1.0`. */
function foreignPrefix(name: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9_.-]{0,60}(?:\/[A-Za-z][A-Za-z0-9_.-]{0,60})?[-/@]v?)\d+\.\d+(?:\.\d+)?(?:[-+.][0-9A-Za-z.+-]*)?$/.exec(
    name,
  )?.[1];
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
