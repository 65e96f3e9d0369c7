import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { Version } from './version.ts';
import { compareVersions, formatVersion, parseVersion } from './version.ts';

/** Versions from one to another, both included; a side that is left out has no limit. Or all of a line. */
export type VersionRange =
  | { readonly kind: 'between'; readonly from: Version | undefined; readonly to: Version | undefined }
  | { readonly kind: 'line'; readonly major: number; readonly minor: number | undefined };

/** Reads `1.2.0..1.4.9`, `1.2.0..`, `..1.4.9`, a line such as `1` or `1.2`, or one version. A "v" before a version is allowed. */
export function parseVersionRange(text: string): Parsed<VersionRange> {
  const [, major, minor] = /^v?(0|[1-9]\d{0,8})(?:\.(0|[1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (major !== undefined)
    return accept({ kind: 'line', major: Number(major), minor: minor === undefined ? undefined : Number(minor) });
  const [left = '', right, ...more] = text.split('..');
  if (more.length > 0 || (left === '' && (right ?? '') === '')) return refuse('is not FROM..TO');
  const from = readEnd(left);
  const to = right === undefined ? from : readEnd(right);
  if (from.is === 'refused') return from;
  if (to.is === 'refused') return to;
  if (from.value !== undefined && to.value !== undefined && compareVersions(from.value, to.value) > 0)
    return refuse('goes from a higher version to a lower one');
  return accept({ kind: 'between', from: from.value, to: to.value });
}

/** Whether a range holds a version; release candidates come before the version they are candidates for. */
export function isInRange(range: VersionRange, version: Version): boolean {
  if (range.kind === 'line')
    return version.major === range.major && (range.minor === undefined || version.minor === range.minor);
  const { from, to } = range;
  return (
    (from === undefined || compareVersions(version, from) >= 0) &&
    (to === undefined || compareVersions(version, to) <= 0)
  );
}

/** As a person would write it. */
export function formatVersionRange(range: VersionRange): string {
  if (range.kind === 'line') return range.minor === undefined ? String(range.major) : `${range.major}.${range.minor}`;
  const [from, to] = [range.from, range.to].map((end) => (end === undefined ? '' : formatVersion(end)));
  return from === to ? (from ?? '') : `${from ?? ''}..${to ?? ''}`;
}

function readEnd(text: string): Parsed<Version | undefined> {
  return text === '' ? accept(undefined) : parseVersion(text.startsWith('v') ? text.slice(1) : text);
}
