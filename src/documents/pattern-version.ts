import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { quote } from '../domain/quote.ts';
import { versionPatternFault } from '../policy/version-file-policy.ts';
import type { VersionPlace } from './version-place.ts';

/**
 * The places where a line of text matches a pattern such as `image: app:{version}`. What stands for `{version}` must be
 * a whole version: `1.2.3` is not found in `1.2.30` or `1.2.3.4`.
 */
export function patternPlaces(text: string, pattern: string): Parsed<readonly VersionPlace[]> {
  const fault = versionPatternFault(pattern);
  if (fault !== undefined) return refuse(`has the pattern ${quote(pattern)}, which ${fault}`);
  const [before = '', after = ''] = pattern.split('{version}');
  const places: VersionPlace[] = [];
  const expression = new RegExp(`(?<![0-9A-Za-z.])${version}(?![0-9A-Za-z+-]|\\.[0-9A-Za-z])`, 'g');
  for (const match of text.matchAll(expression)) {
    const start = match.index;
    const end = start + match[0].length;
    if (text.startsWith(after, end) && text.slice(Math.max(0, start - before.length), start) === before)
      places.push({ start, end, what: quote(pattern) });
  }
  return places.length === 0 ? refuse(`matches the pattern ${quote(pattern)} nowhere`) : accept(places);
}

/** The version in a file that holds nothing else; a `v` in front of it stays. */
export function plainPlaces(text: string): Parsed<readonly VersionPlace[]> {
  const [, before, written] = new RegExp(`^(\\uFEFF?\\s*v?)(${version})\\s*$`).exec(text) ?? [];
  if (before === undefined || written === undefined) return refuse('holds something else than one version');
  return accept([{ start: before.length, end: before.length + written.length, what: 'the file' }]);
}

const version = String.raw`\d{1,16}\.\d{1,16}\.\d{1,16}(?:-[0-9A-Za-z-]{1,60}(?:\.[0-9A-Za-z-]{1,60}){0,8})?(?:\+[0-9A-Za-z.-]{1,60})?`;
