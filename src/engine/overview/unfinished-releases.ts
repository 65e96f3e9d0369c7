import { isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, formatVersion, highestVersion, releaseClassOf } from '../../domain/version.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import type { AdmittedRelease } from '../release/admit-release.ts';
import { admitRelease } from '../release/admit-release.ts';
import { snapshotBranches } from '../facts/branch-snapshot.ts';
import type { Estate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { policyFile } from '../facts/load-policy.ts';
import type { OriginQuestion } from '../release/find-origin.ts';
import { pinTag } from '../release/pin-statement.ts';
import { planOrigin } from './plan-origin.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { releaseKindsOf } from '../facts/release-class.ts';
import { demandOf } from '../evidence/release-demand.ts';
import { requireEvidence, requireNoFailure } from '../evidence/require-evidence.ts';
import type { ReadWorld } from '../world.ts';

export interface UnfinishedRelease {
  readonly version: string;
  /** What stops it, as far as its tag and its image show; undefined where a run would go on. */
  readonly problem: string | undefined;
}

/** More are not judged: a project that never used Cutwater has hundreds of tags without a release. */
const judgedReleases = 50;

/** Release tags that are not finished, highest first: all stable ones, and candidates above the highest stable version. */
export async function findUnfinished(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { tags, estate }: { readonly tags: ProjectTags; readonly estate: Estate },
): Promise<readonly UnfinishedRelease[]> {
  const open = openReleases(tags, estate);
  const git = snapshotBranches(
    world.git,
    open.flatMap(({ commit }) => commit ?? []),
  );
  const unfinished: UnfinishedRelease[] = [];
  for (const { version, object } of open) {
    if (isForeign(version, object, estate)) {
      unfinished.push({ version: formatVersion(version), problem: foreignProblem });
      continue;
    }
    let admitted: AdmittedRelease | undefined;
    const problem = await problemOf(async () => {
      admitted = await admitRelease({ ...world, git }, loaded, { version, tags });
    });
    if (admitted !== undefined && (await world.git.readFile(admitted.commit, policyFile)) === undefined) {
      unfinished.push({ version: formatVersion(version), problem: tooOld(version) });
      continue;
    }
    const found = admitted && { admitted, tags, estate };
    const doubt =
      found && ((await imageProblem(world, loaded, found)) ?? (await evidenceProblem(world, loaded, found)));
    unfinished.push({ version: formatVersion(version), problem: problem ?? doubt });
  }
  return unfinished;
}

const foreignProblem = "its image was not published by Cutwater: run 'cutwater import' to vouch for it";

/** A release is built as the tree of its tag says. */
function tooOld(version: Version): string {
  return `it was tagged before there was a ${policyFile}; if users never got it, run 'cutwater import --cancel ${formatVersion(version)}'`;
}

/** The image is there under its version, and no release of this tag was ever begun. */
function isForeign(version: Version, object: ObjectId, { imageTags }: Estate): boolean {
  const held = new Set<string>(imageTags);
  return held.has(formatVersion(version)) && !held.has(candidateTag(object)) && !held.has(pinTag(object));
}

interface OpenTag {
  readonly version: Version;
  readonly commit: ObjectId | undefined;
  /** The tag object. */
  readonly object: ObjectId;
}

function openReleases(tags: ProjectTags, { stated, withdrawals, committed }: Estate): readonly OpenTag[] {
  const done = new Set([...stated.map(formatVersion), ...withdrawals.keys()]);
  const versions = committed.map(({ version }) => version);
  const highest = highestVersion(versions.filter((version) => releaseClassOf(version) === 'stable'));
  return tags.decided
    .flatMap(({ name, tag }) =>
      name.kind === 'release' ? [{ version: name.version, commit: tag.commit, object: tag.object }] : [],
    )
    .filter(({ version }) => !done.has(formatVersion(version)))
    .filter(
      ({ version }) =>
        highest === undefined || compareVersions(version, highest) > 0 || releaseClassOf(version) === 'stable',
    )
    .toSorted((left, right) => compareVersions(right.version, left.version))
    .slice(0, judgedReleases);
}

/** What stands against the image of a release: only one that is pinned, or that has candidates, can have something. */
async function imageProblem(world: ReadWorld, loaded: LoadedPolicy, found: OpenRelease): Promise<string | undefined> {
  const { admitted, tags, estate } = found;
  const pin = candidateTag(admitted.tag.object);
  const isPinned = estate.imageTags.includes(pin);
  if (!isPinned && !hasCandidates(admitted.version, tags)) return undefined;
  const { problems } = await planOrigin(
    world,
    questionAbout(loaded, found),
    isPinned ? (await world.repository.resolve(pin))?.digest : undefined,
  );
  return problems[0]?.message;
}

/** What a person still has to sign for it, or signed against it; once its statement is pinned only the latter is asked. */
async function evidenceProblem(
  world: ReadWorld,
  loaded: LoadedPolicy,
  found: OpenRelease,
): Promise<string | undefined> {
  const { admitted, tags, estate } = found;
  if (loaded.policy.evidence.length === 0 && tags.evidence.length === 0) return undefined;
  return problemOf(async () => {
    const question = questionAbout(loaded, found);
    const kinds = await releaseKindsOf(world.git, { ...question, head: loaded.commit });
    const { evidence } = await demandOf(world, question, kinds);
    const isPinned = estate.imageTags.includes(pinTag(admitted.tag.object));
    await (isPinned ? requireNoFailure : requireEvidence)(world, loaded, evidence);
  });
}

interface OpenRelease {
  readonly admitted: AdmittedRelease;
  readonly tags: ProjectTags;
  readonly estate: Estate;
}

function questionAbout(loaded: LoadedPolicy, { admitted, tags, estate }: OpenRelease): OriginQuestion {
  const { version, commit, tag, object } = admitted;
  const of = { act: `release ${tag.name}`, tagObject: tag.object, message: object.message };
  return { loaded, version, commit, tags, withdrawn: estate.withdrawals, ...of };
}

function hasCandidates(version: Version, { decided }: ProjectTags): boolean {
  return decided.some(
    ({ name }) =>
      name.kind === 'release' &&
      releaseClassOf(name.version) === 'rc' &&
      compareVersions(coreVersion(name.version), version) === 0,
  );
}

async function problemOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return error.message;
  }
}
