import { quote } from '../domain/quote.ts';
import { releaseTagOf } from '../domain/tag-name.ts';
import type { Version } from '../domain/version.ts';
import { formatVersion } from '../domain/version.ts';
import { readRegistryTag } from '../estate/registry-tags.ts';
import type { Line, UsedVersion } from '../estate/version-order.ts';
import { isInLine } from '../estate/version-order.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readDecisions } from './read-decisions.ts';
import { judgeReleaseTag, readRecord } from './read-record.ts';
import type { DecidedTag, ProjectTags } from './read-tags.ts';
import type { ReadWorld } from './world.ts';

/**
 * Every version of a line that was ever used: by a git tag of clone or remote, by an image or a statement in the registry,
 * by a checkpoint or a decision. So a version whose tag is gone is still used.
 */
export async function readUsedVersions(
  world: ReadWorld,
  loaded: LoadedPolicy,
  asked: { readonly tags: ProjectTags; readonly line: Line },
): Promise<readonly UsedVersion[]> {
  const { tags, line } = asked;
  const used: UsedVersion[] = [];
  for (const decided of tags.decided)
    if (decided.name.kind === 'release' && isInLine(decided.name.version, line))
      used.push({
        version: decided.name.version,
        where: `git tag ${decided.tag.name}`,
        counts: await isMaintainers(world, loaded, decided),
      });
  const imageTags = await world.repository.listTags();
  const { decisions, checkpoints } = await readDecisions(world, loaded, { tags, imageTags });
  for (const { entries } of checkpoints)
    for (const { version } of entries) used.push({ version, where: 'a checkpoint', counts: true });
  for (const { version, kind } of decisions) used.push({ version, where: `a tag ${kind}/...`, counts: true });
  const counting = new Set(used.filter(({ counts }) => counts).map(({ version }) => formatVersion(version)));
  for (const imageTag of imageTags) {
    const read = readRegistryTag(imageTag);
    if (read.kind !== 'version' && read.kind !== 'statement') continue;
    const { version } = read;
    if (!isInLine(version, line)) continue;
    const counts =
      read.kind === 'statement' && (counting.has(formatVersion(version)) || (await isStated(world, loaded, version)));
    used.push({ version, where: `image tag ${quote(imageTag)}`, counts });
  }
  return used.filter(({ version }) => isInLine(version, line));
}

/** A tag by a maintainer, also by one whose key has retired since; an unsigned candidate only from the protected branch. */
async function isMaintainers(world: ReadWorld, loaded: LoadedPolicy, { tag }: DecidedTag): Promise<boolean> {
  const verdict = await judgeReleaseTag(world, loaded, tag);
  switch (verdict.is) {
    case 'valid':
      return true;
    case 'rejected':
      return verdict.retired !== undefined;
    case 'unsigned':
      return world.git.isAncestor(verdict.tag.target, loaded.commit);
  }
}

async function isStated(world: ReadWorld, loaded: LoadedPolicy, version: Version): Promise<boolean> {
  return (await readRecord(world, loaded, version)).is === 'valid';
}

/** Where people read about a version already; a draft is nobody's word yet. */
export async function readForgeUse(world: Pick<ReadWorld, 'forge'>, version: Version): Promise<readonly UsedVersion[]> {
  const page = await world.forge.findRelease(releaseTagOf(version));
  if (page?.state !== 'published') return [];
  return [{ version, where: `a release on ${world.forge.description}`, counts: false }];
}
