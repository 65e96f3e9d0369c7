import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { pinTag } from '../release/pin-statement.ts';
import { judgeReleaseTag, readRecord, readRecordAt } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { ReadWorld } from '../world.ts';

/** A release as it can be validated. */
export interface ValidatedRelease {
  readonly version: Version;
  /** The release tag object, and its commit. */
  readonly release: ObjectId;
  readonly commit: ObjectId;
  /** The image index, by the signed statement; undefined where there is none yet. */
  readonly digest: Digest | undefined;
}

/** What evidence about a version speaks of. Throws where its release tag is missing, moved or does not count. */
export async function findEvidenceTarget(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { version, tags }: { readonly version: Version; readonly tags: ProjectTags },
): Promise<ValidatedRelease> {
  const name = releaseTagOf(version);
  const found = tags.decided.find(({ tag }) => tag.name === name)?.tag;
  if (found === undefined)
    throw new CutwaterError('TAG_MISSING', `Cannot sign evidence of ${name}: there is no such tag`, {
      hint: `Make it with 'cutwater tag ${formatVersion(version)} --push'`,
    });
  const moved = tags.moved.get(name);
  if (moved !== undefined)
    throw new CutwaterError(
      'TAG_MOVED',
      `Cannot sign evidence of ${name}: the tag is ${moved.local.object} in this clone and ${moved.remote.object} on the remote, one object is wanted`,
    );
  if (tags.remote !== undefined && !tags.remote.has(name))
    throw new CutwaterError('TAG_MISSING', `Cannot sign evidence of ${name}: the remote does not have the tag`, {
      hint: `Push it: git push origin refs/tags/${name}`,
    });
  const verdict = await judgeReleaseTag(world, loaded, found);
  if (verdict.is === 'rejected')
    throw new CutwaterError('TAG_REJECTED', `Cannot sign evidence of ${name}: ${verdict.reason}`);
  const { object: release } = found;
  const digest = await findDigest(world, loaded, { version, release });
  return { version, release, commit: verdict.tag.target, digest };
}

/** By the stored statement, or by the one that is pinned while a release is under way. */
async function findDigest(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { version, release }: { readonly version: Version; readonly release: ObjectId },
): Promise<Digest | undefined> {
  const stored = await readRecord(world, loaded, version);
  const record =
    stored.is === 'absent' ? await readRecordAt(world, loaded, { version, reference: pinTag(release) }) : stored;
  if (record.is === 'absent') return undefined;
  const name = releaseTagOf(version);
  if (record.is === 'rejected')
    throw new CutwaterError(
      'VERIFICATION_FAILED',
      `Cannot sign evidence of ${name}: its statement does not count: ${record.reason}`,
    );
  if (record.release.tag.object !== release)
    throw new CutwaterError(
      'TAG_MOVED',
      `Cannot sign evidence of ${name}: the tag is object ${release}, ${record.release.tag.object} was released under this name`,
    );
  return record.release.image.index;
}
