import type { TagName } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { compareVersions, formatVersion } from '../domain/version.ts';
import { aliasesOf, aliasesOfVersion } from '../estate/alias.ts';
import type { ChannelPolicy } from '../estate/alias.ts';
import type { StableTag } from './naive-replay.ts';

/** Where an alias should point. */
export interface AuditAlias {
  /** `latest`, `3`, `3.14`. */
  readonly name: string;
  readonly version: string;
  readonly tag: string;
}

/** The default policy: an alias for every line, `latest` for the highest of all. */
const channels: ChannelPolicy = { major: 'always', latest: { kind: 'highest' } };

/** `latest`, then majors, then minors, each from the highest down, over every stable tag that is not withdrawn. */
export function auditAliases(stable: readonly StableTag[], withdrawn: readonly Version[]): readonly AuditAlias[] {
  const gone = new Set(withdrawn.map(formatVersion));
  const candidates = stable.filter(({ version }) => !gone.has(formatVersion(version)));
  const targets = new Map<string, StableTag>();
  for (const candidate of candidates.toSorted((left, right) => compareVersions(left.version, right.version)))
    for (const { name } of aliasesOfVersion(candidate.version, channels)) targets.set(name, candidate);
  const aliases = aliasesOf(
    candidates.map(({ version }) => version),
    channels,
  );
  return aliases.flatMap(({ name }) => {
    const target = targets.get(name);
    return target === undefined ? [] : [{ name, version: formatVersion(target.version), tag: target.tag.name }];
  });
}

/** Versions with a `withdrawn/` tag that has no `restored/` tag of the same number, by name alone; lowest first. */
export function withdrawnByName(names: readonly TagName[]): readonly Version[] {
  const open = new Map<string, Set<number>>();
  const versions = new Map<string, Version>();
  for (const name of names) {
    if (name.kind !== 'withdrawn') continue;
    const key = formatVersion(name.version);
    versions.set(key, name.version);
    open.set(key, (open.get(key) ?? new Set()).add(name.number));
  }
  for (const name of names) if (name.kind === 'restored') open.get(formatVersion(name.version))?.delete(name.number);
  return [...versions]
    .filter(([key]) => (open.get(key)?.size ?? 0) > 0)
    .map(([, version]) => version)
    .toSorted(compareVersions);
}
