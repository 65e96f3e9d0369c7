import type { Version } from '../domain/version.ts';
import { releaseClassOf } from '../domain/version.ts';
import type { Policy } from '../policy/policy.ts';

/** What decides which aliases there are and where they may point. */
export type ChannelPolicy = Pick<Policy['channels'], 'major' | 'latest'>;

/** A rolling name and the versions it may point at. */
export type Alias =
  | { readonly kind: 'minor'; readonly name: string; readonly major: number; readonly minor: number }
  | { readonly kind: 'major'; readonly name: string; readonly major: number }
  | { readonly kind: 'latest'; readonly name: 'latest'; readonly line: string | undefined };

/** Every alias that some stable version of the list has a say in, ordered: latest, majors and minors from the highest down. */
export function aliasesOf(versions: Iterable<Version>, channels: ChannelPolicy): readonly Alias[] {
  const aliases = new Map<string, Alias>();
  for (const version of versions)
    for (const alias of aliasesOfVersion(version, channels)) aliases.set(alias.name, alias);
  return [...aliases.values()].toSorted(byImportance);
}

/** `latest`, `X` and `X.Y` as far as the policy gives the version a say in them; none for anything but a stable version. */
export function aliasesOfVersion(version: Version, channels: ChannelPolicy): readonly Alias[] {
  const { major, minor } = version;
  const all: readonly Alias[] = [
    { kind: 'latest', name: 'latest', line: channels.latest.kind === 'line' ? channels.latest.line : undefined },
    ...(major === 0 && channels.major === 'from-1.0' ? [] : [{ kind: 'major', name: `${major}`, major } as const]),
    { kind: 'minor', name: `${major}.${minor}`, major, minor },
  ];
  return all.filter((alias) => mayPointAt(alias, version));
}

/** The alias of this name; undefined for any other text, and for an alias that the policy does not publish. */
export function aliasNamed(name: string, channels: ChannelPolicy): Alias | undefined {
  const { latest } = channels;
  if (name === 'latest') return { kind: 'latest', name, line: latest.kind === 'line' ? latest.line : undefined };
  const [, major, minor] = /^(0|[1-9]\d{0,8})(?:\.(0|[1-9]\d{0,8}))?$/.exec(name) ?? [];
  if (major === undefined) return undefined;
  const some = { major: Number(major), minor: Number(minor ?? 0), patch: 0, prerelease: [] };
  return aliasesOfVersion(some, channels).find((alias) => alias.name === name);
}

/** Whether an alias may ever point at a version. An RC, or any other prerelease, never. */
export function mayPointAt(alias: Alias, version: Version): boolean {
  if (releaseClassOf(version) !== 'stable') return false;
  switch (alias.kind) {
    case 'minor':
      return version.major === alias.major && version.minor === alias.minor;
    case 'major':
      return version.major === alias.major;
    case 'latest':
      return (
        alias.line === undefined ||
        `${version.major}` === alias.line ||
        `${version.major}.${version.minor}` === alias.line
      );
  }
}

function byImportance(left: Alias, right: Alias): number {
  return rank(left) - rank(right) || majorOf(right) - majorOf(left) || minorOf(right) - minorOf(left);
}

function rank(alias: Alias): number {
  return { latest: 0, major: 1, minor: 2 }[alias.kind];
}

function majorOf(alias: Alias): number {
  return alias.kind === 'latest' ? 0 : alias.major;
}

function minorOf(alias: Alias): number {
  return alias.kind === 'minor' ? alias.minor : 0;
}
