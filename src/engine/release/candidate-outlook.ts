import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions, coreVersion, releaseClassOf } from '../../domain/version.ts';
import { changeSincePrevious } from '../evidence/critical-change.ts';
import type { EvidenceAnswer } from '../evidence/evidence-round.ts';
import { answerEvidence } from '../evidence/evidence-round.ts';
import { expectImage } from './expect-image.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { EvidenceBook } from '../evidence/read-evidence.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { readRecord } from '../facts/read-record.ts';
import type { DecidedTag, ProjectTags } from '../facts/read-tags.ts';
import { releaseKindsOf } from '../facts/release-class.ts';
import { withdrawalsAmong } from '../facts/withdrawals-now.ts';
import type { ReadWorld } from '../world.ts';

/** How a tagged version stands before the stable release it is, or is a candidate for. */
export interface ReleaseOutlook extends EvidenceAnswer {
  readonly version: Version;
  readonly commit: ObjectId;
  /** Undefined where it is not published. */
  readonly digest: Digest | undefined;
}

/** Where the evidence of a release tag stands, if its image becomes, or is, the stable release. */
export async function outlookOf(
  world: ReadWorld,
  loaded: LoadedPolicy,
  about: { readonly release: DecidedTag; readonly tags: ProjectTags; readonly book: EvidenceBook },
): Promise<ReleaseOutlook | undefined> {
  const { tag, name } = about.release;
  if (name.kind !== 'release' || tag.commit === undefined) return undefined;
  const { version } = name;
  const { commit } = tag;
  const stable = coreVersion(version);
  const digest = await findImage(world, loaded, about);
  const message = messageOf(tag);
  const kinds = await releaseKindsOf(world.git, { version: stable, commit, head: loaded.commit, message });
  const change = changeSincePrevious(world, loaded, { version: stable, commit, tags: about.tags });
  const question = { version: stable, commit, kinds, digest, tags: about.tags, change };
  const answer = await answerEvidence(world, loaded, { question, book: about.book });
  return { ...answer, version, commit, digest };
}

/** The image a release tag has, or, being a stable one, would get from its candidates. */
async function findImage(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { release: { tag, name }, tags }: { readonly release: DecidedTag; readonly tags: ProjectTags },
): Promise<Digest | undefined> {
  if (name.kind !== 'release' || tag.commit === undefined) return undefined;
  const { version } = name;
  const record = await readRecord(world, loaded, version);
  if (record.is === 'valid') return record.release.image.index;
  if (releaseClassOf(version) !== 'stable') return undefined;
  const withdrawn = await withdrawalsAmong(world, loaded, tags);
  const message = messageOf(tag);
  const release = { loaded, version, commit: tag.commit, tags, withdrawn };
  const question = { ...release, act: `release ${tag.name}`, tagObject: tag.object, message };
  try {
    return (await expectImage(world, question)).digest;
  } catch (error) {
    // A release that would be refused for other reasons has no image; plan and release say why.
    if (isCutwaterError(error)) return undefined;
    throw error;
  }
}

function messageOf({ raw }: GitTag): string {
  const object = parseTagObject(raw ?? new Uint8Array());
  return object.is === 'ok' ? object.value.message : '';
}

/** The evidence of one version and of its candidates, from git and registry. */
export async function readVersionEvidence(
  world: ReadWorld,
  loaded: LoadedPolicy,
  about: { readonly version: Version; readonly tags: ProjectTags },
): Promise<EvidenceBook> {
  const core = coreVersion(about.version);
  return readEvidence(world, loaded, {
    tags: about.tags,
    imageTags: await world.repository.listTags(),
    about: ({ version }) => compareVersions(coreVersion(version), core) === 0,
  });
}

/** The tag of a version; of a stable version that has none yet, that of its highest candidate. */
export function tagToValidate(tags: ProjectTags, version: Version): DecidedTag | undefined {
  const releases = tags.decided.flatMap((decided) =>
    decided.name.kind === 'release' ? [{ decided, version: decided.name.version }] : [],
  );
  const own = releases.find((release) => compareVersions(release.version, version) === 0);
  const candidates = releases
    .filter(
      ({ version: other }) => releaseClassOf(other) === 'rc' && compareVersions(coreVersion(other), version) === 0,
    )
    .toSorted((left, right) => compareVersions(right.version, left.version));
  return (own ?? candidates[0])?.decided;
}
