import type { ImageTag } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { CandidateState, Objection } from '../../estate/choose-origin.ts';
import { newestEvidence } from '../../estate/evidence.ts';
import type { EvidenceTagName } from '../../estate/registry-tags.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import { compareCommits } from './equivalent-commits.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { readRecord } from './read-record.ts';
import type { ProjectTags } from './read-tags.ts';
import type { Withdrawals } from './withdrawals-now.ts';
import type { ReadWorld } from '../world.ts';

/** A stable version that is to be released, and what is known of it before anything is built. */
export interface StableRelease {
  readonly loaded: LoadedPolicy;
  readonly version: Version;
  readonly commit: ObjectId;
  readonly tags: ProjectTags;
  readonly withdrawn: Withdrawals;
}

/**
 * The release candidates of a version, from the highest down to where `enough` says that lower ones change nothing: those
 * that git has a tag of, and those that only the registry has a statement of.
 */
export async function readCandidates(
  world: ReadWorld,
  release: StableRelease,
  enough: (found: readonly CandidateState[]) => boolean,
): Promise<readonly CandidateState[]> {
  const found: CandidateState[] = [];
  const imageTags = await world.repository.listTags();
  const objections = await readObjections(world, release, imageTags);
  for (const version of candidateVersions(release, imageTags)) {
    const state = await readState(world, release, { version, objection: objections(version) });
    if (state !== undefined) found.push(state);
    if (enough(found)) break;
  }
  return found;
}

function candidateVersions({ tags, version }: StableRelease, imageTags: readonly ImageTag[]): readonly Version[] {
  const tagged = tags.decided.flatMap(({ name }) => (name.kind === 'release' ? [name.version] : []));
  const stated = imageTags.flatMap((imageTag) => {
    const read = readRegistryTag(imageTag);
    return read.kind === 'statement' ? [read.version] : [];
  });
  const own = [...tagged, ...stated].filter(
    (other) => releaseClassOf(other) === 'rc' && compareVersions(coreVersion(other), version) === 0,
  );
  const unique = new Map(own.map((other) => [formatVersion(other), other]));
  return [...unique.values()].toSorted((left, right) => compareVersions(right, left));
}

/** One release candidate; undefined where there is neither a tag nor a statement of it. */
export async function readCandidate(
  world: ReadWorld,
  release: StableRelease,
  version: Version,
): Promise<CandidateState | undefined> {
  const objections = await readObjections(world, release, await world.repository.listTags());
  return readState(world, release, { version, objection: objections(version) });
}

async function readState(
  world: ReadWorld,
  release: StableRelease,
  { version, objection }: Pick<CandidateState, 'version' | 'objection'>,
): Promise<CandidateState | undefined> {
  const { loaded, commit, tags } = release;
  const name = releaseTagOf(version);
  const tag = tags.decided.find((decided) => decided.tag.name === name)?.tag;
  const record = await readRecord(world, loaded, version);
  if (record.is !== 'valid') {
    if (tag === undefined) return undefined;
    const found =
      record.is === 'absent' ? ({ is: 'unfinished' } as const) : ({ is: 'invalid', reason: record.reason } as const);
    return { version, tagObject: tag.object, objection, record: found };
  }
  const { tag: released, image, build } = record.release;
  if (tag !== undefined && tag.object !== released.object) {
    const reason = `the tag is object ${tag.object}, ${released.object} was released`;
    return { version, tagObject: tag.object, objection, record: { is: 'invalid', reason } };
  }
  const comparison = await compareCommits(world.git, loaded.policy, { from: build.commit, to: commit });
  return {
    version,
    tagObject: released.object,
    objection,
    record: { is: 'committed', digest: image.index, buildCommit: build.commit, comparison },
  };
}

/** What maintainers said against the candidates: that one is withdrawn, or that a validation of it failed. */
async function readObjections(
  world: ReadWorld,
  { loaded, tags, version, withdrawn }: StableRelease,
  imageTags: readonly ImageTag[],
): Promise<(candidate: Version) => Objection | undefined> {
  const about = (name: EvidenceTagName): boolean => compareVersions(coreVersion(name.version), version) === 0;
  const { valid } = await readEvidence(world, loaded, { tags, imageTags, about });
  return (candidate) => {
    const withdrawal = withdrawn.get(formatVersion(candidate));
    if (withdrawal !== undefined) return { kind: 'withdrawn', reason: withdrawal.reason };
    const own = valid.filter((evidence) => compareVersions(evidence.version, candidate) === 0);
    const failed = [...newestEvidence(own).values()].filter(({ outcome }) => outcome === 'fail');
    const [first] = failed;
    if (first === undefined) return undefined;
    const names = failed.map(({ name }) => name).join(', ');
    return { kind: 'failed', reason: first.note === '' ? names : `${names}: ${first.note}` };
  };
}
