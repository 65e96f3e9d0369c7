import { quote } from '../../domain/quote.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { Line, UsedVersion } from '../../estate/version-order.ts';
import { isInLine } from '../../estate/version-order.ts';
import type { ProjectTags } from './read-tags.ts';
import type { TagStanding } from '../tag/tag-standing.ts';
import { releaseTags } from '../tag/tag-standing.ts';
import type { ReadWorld } from '../world.ts';

/**
 * Every version of a line that was ever used: by a git tag of clone or remote, by an image or a statement in the registry,
 * by a checkpoint or a decision. So a version whose tag is gone is still used.
 */
export async function readUsedVersions(
  standing: TagStanding,
  asked: { readonly tags: ProjectTags; readonly line: Line },
): Promise<readonly UsedVersion[]> {
  const { tags, line } = asked;
  const used: UsedVersion[] = [];
  for (const { tag, version } of releaseTags(tags))
    if (isInLine(version, line))
      used.push({ version, where: `git tag ${tag.name}`, counts: await standing.isMaintainers(tag) });
  const { decisions, checkpoints } = standing.decisions;
  for (const { entries } of checkpoints)
    for (const { version } of entries) used.push({ version, where: 'a checkpoint', counts: true });
  for (const { version, kind } of decisions) used.push({ version, where: `a tag ${kind}/...`, counts: true });
  const counting = new Set(used.filter(({ counts }) => counts).map(({ version }) => formatVersion(version)));
  for (const imageTag of standing.imageTags) {
    const read = readRegistryTag(imageTag);
    if ((read.kind !== 'version' && read.kind !== 'statement') || !isInLine(read.version, line)) continue;
    const { version } = read;
    const isStated = async (): Promise<boolean> =>
      counting.has(formatVersion(version)) || (await standing.publishedObject(version)) !== undefined;
    used.push({
      version,
      where: `image tag ${quote(imageTag)}`,
      counts: read.kind === 'statement' && (await isStated()),
    });
  }
  return used.filter(({ version }) => isInLine(version, line));
}

/** Where people read about a version already; a draft is nobody's word yet. */
export async function readForgeUse(world: Pick<ReadWorld, 'forge'>, version: Version): Promise<readonly UsedVersion[]> {
  const page = await world.forge.findRelease(releaseTagOf(version));
  if (page?.state !== 'published') return [];
  return [{ version, where: `a release on ${world.forge.description}`, counts: false }];
}
