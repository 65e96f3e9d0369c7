import compareText from 'semver/functions/compare.js';
import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import { CutwaterError } from './error.ts';
import { quote } from './quote.ts';

/** A SemVer 2.0.0 version without build metadata. Made by `parseVersion` only. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: readonly (string | number)[];
}

/** `stable` is `X.Y.Z`, `rc` is `X.Y.Z-rc.N`, `prerelease` is any other SemVer prerelease. */
export type ReleaseClass = 'stable' | 'rc' | 'prerelease';

const grammar =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/**
 * Reads `X.Y.Z[-pre]`, strict SemVer 2.0.0 (semver.org). Build metadata is refused, because registries cannot hold `+`
 * and two versions that differ only there would claim one image tag. Numbers above 2^53-1 are refused.
 */
export function parseVersion(text: string): Parsed<Version> {
  if (text.length > 128) return refuse('is longer than 128 characters');
  const match = grammar.exec(text);
  if (match === null) return refuse(reasonNotSemver(text));
  const [, major = '', minor = '', patch = '', prerelease, build] = match;
  if (build !== undefined) return refuse(`has build metadata "+${build}", which no image tag can carry`);
  const numbers = [major, minor, patch].map(Number);
  if (!numbers.every(Number.isSafeInteger)) return refuse('has a number above 9007199254740991');
  const identifiers = prerelease === undefined ? [] : prerelease.split('.').map(toIdentifier);
  if (identifiers.some((part) => typeof part === 'number' && !Number.isSafeInteger(part)))
    return refuse('has a number above 9007199254740991');
  const [x = 0, y = 0, z = 0] = numbers;
  return accept({ major: x, minor: y, patch: z, prerelease: identifiers });
}

/** Reads what a person types as VERSION: `1.2.3` and `v1.2.3` are the same. Throws VERSION_INVALID. */
export function readVersion(text: string): Version {
  const parsed = parseVersion(text.startsWith('v') ? text.slice(1) : text);
  if (parsed.is === 'refused')
    throw new CutwaterError('VERSION_INVALID', `Cannot read version ${quote(text)}: it ${parsed.reason}`);
  return parsed.value;
}

export function formatVersion(version: Version): string {
  const core = `${version.major}.${version.minor}.${version.patch}`;
  return version.prerelease.length === 0 ? core : `${core}-${version.prerelease.join('.')}`;
}

/** The version without its prerelease part: what a release candidate is a candidate for. */
export function coreVersion(version: Version): Version {
  return { ...version, prerelease: [] };
}

/** SemVer 2.0.0 section 11 precedence: negative, zero or positive. */
export function compareVersions(left: Version, right: Version): number {
  return (
    left.major - right.major || left.minor - right.minor || left.patch - right.patch || comparePrereleases(left, right)
  );
}

function comparePrereleases(left: Version, right: Version): number {
  if (left.prerelease.length === 0 && right.prerelease.length === 0) return 0;
  return compareText(formatVersion(left), formatVersion(right));
}

export function releaseClassOf(version: Version): ReleaseClass {
  if (version.prerelease.length === 0) return 'stable';
  const [label, number, ...more] = version.prerelease;
  return label === 'rc' && typeof number === 'number' && number > 0 && more.length === 0 ? 'rc' : 'prerelease';
}

/** The highest version of a list, or undefined for an empty one. */
export function highestVersion(versions: Iterable<Version>): Version | undefined {
  let highest: Version | undefined;
  for (const version of versions) if (highest === undefined || compareVersions(version, highest) > 0) highest = version;
  return highest;
}

function toIdentifier(part: string): string | number {
  return /^\d+$/.test(part) ? Number(part) : part;
}

function reasonNotSemver(text: string): string {
  if (text === '') return 'is empty';
  if (/^\d+\.\d+$/.test(text)) return 'has two numbers, three are wanted';
  if (/^\d+$/.test(text)) return 'has one number, three are wanted';
  if (/^\d+(\.\d+){3,}/.test(text)) return 'has more than three numbers';
  if (/(^|\.)0\d/.test(text.split(/[-+]/)[0] ?? '')) return 'has a number with a leading zero';
  if (/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}-(.*\.)?0\d+(\.|$)/.test(text))
    return 'has a prerelease number with a leading zero';
  return 'is not MAJOR.MINOR.PATCH as SemVer 2.0.0 defines it';
}
