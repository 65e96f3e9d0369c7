import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion } from '../../domain/version.ts';
import type { Evidence } from '../../estate/evidence.ts';
import type { EvidenceState } from '../../estate/evidence-state.ts';
import { outlookOf, readVersionEvidence, tagToValidate } from '../release/candidate-outlook.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readEvidence } from './read-evidence.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

/** A tag with evidence, and whether anything follows from it. */
export type ListedEvidence =
  | {
      /** `superseded`: it counts, but a newer one of its name speaks. */
      readonly is: 'counts' | 'superseded';
      readonly evidence: Evidence;
    }
  | { readonly is: 'ignored'; readonly evidence: Evidence; readonly reason: string }
  | { readonly is: 'invalid'; readonly tag: string; readonly reason: string };

export interface EvidenceList {
  /** The stable version the evidence is about, and what it would be released from: a tag, `v1.2.3-rc.1`. */
  readonly version: string;
  readonly from: string | undefined;
  /** Where each kind of evidence stands for that release. */
  readonly states: readonly EvidenceState[];
  /** Every piece, the newest first. */
  readonly pieces: readonly ListedEvidence[];
}

/** What maintainers signed about a version, or about every version; of each, what it waits for as a stable release. */
export async function listEvidence(
  world: ReadWorld,
  loaded: LoadedPolicy,
  asked: Version | undefined,
): Promise<readonly EvidenceList[]> {
  const tags = await readProjectTags(world.git, loaded.policy, world.tagSource);
  const versions = asked === undefined ? await evidencedVersions(world, loaded, tags) : [asked];
  const lists: EvidenceList[] = [];
  for (const version of versions) lists.push(await listVersion(world, loaded, { version, tags }));
  return lists;
}

/** Versions that somebody signed something about, highest first, each once however many candidates it has. */
async function evidencedVersions(
  world: ReadWorld,
  loaded: LoadedPolicy,
  tags: ProjectTags,
): Promise<readonly Version[]> {
  const imageTags = await world.repository.listTags();
  const { valid, invalid } = await readEvidence(world, loaded, { tags, imageTags, about: () => true });
  const all = [...valid, ...invalid.map(({ name }) => name)].map(({ version }) => coreVersion(version));
  const unique = new Map(all.map((version) => [formatVersion(version), version]));
  return [...unique.values()].toSorted((left, right) => compareVersions(right, left));
}

async function listVersion(
  world: ReadWorld,
  loaded: LoadedPolicy,
  about: { readonly version: Version; readonly tags: ProjectTags },
): Promise<EvidenceList> {
  const { version, tags } = about;
  const book = await readVersionEvidence(world, loaded, about);
  const release = tagToValidate(tags, version);
  const outlook = release && (await outlookOf(world, loaded, { release, tags, book }));
  const reasons = new Map(outlook?.ignored.map(({ tag, reason }) => [tag, reason]));
  const speaking = new Set(outlook?.states.map(({ evidence }) => evidence?.tag.object));
  const valid = book.valid
    .toSorted((left, right) => right.signedAt - left.signedAt || right.number - left.number)
    .map((evidence): ListedEvidence => {
      const reason = reasons.get(evidence.tag.name);
      if (reason !== undefined) return { is: 'ignored', evidence, reason };
      return { is: speaking.has(evidence.tag.object) ? 'counts' : 'superseded', evidence };
    });
  return {
    version: formatVersion(coreVersion(version)),
    from: release?.tag.name,
    states: outlook?.states ?? [],
    pieces: [...valid, ...book.invalid.map(({ tag, reason }) => ({ is: 'invalid', tag, reason }) as const)],
  };
}
