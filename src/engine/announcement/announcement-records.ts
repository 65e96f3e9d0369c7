import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { Trust } from '../../domain/trust.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { AnnouncementName } from '../../estate/announcement-tag.ts';
import { announcementTag, parseAnnouncementTag } from '../../estate/announcement-tag.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { AnnouncementRecord } from '../../report/documents/announcement-record.ts';
import {
  announcementStatement,
  announcementType,
  parseAnnouncementRecord,
} from '../../report/documents/announcement-record.ts';
import { hasSubject, parseStatement, statementBytes } from '../../report/documents/statement.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readArtifact, resolveOrFail, streamOf } from '../facts/read-artifact.ts';
import type { Observation } from '../run-step.ts';
import { writeBundle } from '../facts/signed-documents.ts';
import type { SigningWorld } from '../facts/trusted-signature.ts';
import { signStatement } from '../facts/trusted-signature.ts';
import { copyTag } from '../steps/image-tag.ts';
import type { ReadWorld } from '../world.ts';

/** What was announced about a version: which tags name it, and what the records behind them say. */
export type FoundRecord =
  | { readonly is: 'valid'; readonly name: AnnouncementName; readonly record: AnnouncementRecord }
  | { readonly is: 'rejected'; readonly name: AnnouncementName; readonly reason: string };

type RecordWorld = Pick<ReadWorld, 'repository' | 'bundleVerifier'>;

/** Whose records, and which project's. */
interface RecordRules extends Pick<LoadedPolicy, 'trust'> {
  readonly policy: Pick<LoadedPolicy['policy'], 'project'>;
}

/** Every record of a version that the registry's tags name, each judged: CI signed it, about this image and this tag. */
export async function readAnnouncements(
  world: RecordWorld,
  loaded: RecordRules,
  about: { readonly version: Version; readonly imageTags: readonly ImageTag[]; readonly index: Digest },
): Promise<readonly FoundRecord[]> {
  const version = formatVersion(about.version);
  const names = about.imageTags.flatMap((tag) => {
    const parsed = parseAnnouncementTag(tag);
    return parsed.is === 'ok' && formatVersion(parsed.value.version) === version ? [parsed.value] : [];
  });
  const found: FoundRecord[] = [];
  for (const name of names) {
    const record = await readOne(world, loaded, { name, index: about.index });
    if (record !== undefined) found.push(record);
  }
  return found;
}

async function readOne(
  world: RecordWorld,
  loaded: RecordRules,
  { name, index }: { readonly name: AnnouncementName; readonly index: Digest },
): Promise<FoundRecord | undefined> {
  const artifact = await readArtifact(world.repository, announcementTag(name));
  if (artifact === undefined) return undefined;
  const rejected = (reason: string): FoundRecord => ({ is: 'rejected', name, reason });
  if (artifact.is === 'refused') return rejected(`it ${artifact.reason}`);
  if (artifact.value.parsed.layers[0]?.mediaType !== mediaTypes.sigstoreBundle) return rejected('it holds no bundle');
  const verdict = await world.bundleVerifier.verifyStatement(artifact.value.content, loaded.trust);
  if (verdict.is === 'rejected') return rejected(`its signature does not count: ${verdict.reason}`);
  const statement = parseStatement(verdict.payload);
  if (statement.is === 'refused') return rejected(`it ${statement.reason}`);
  const record = parseAnnouncementRecord(statement.value);
  if (record.is === 'refused') return rejected(`it ${record.reason}`);
  const { project, version, kind, number, channel } = record.value;
  const own = { project: loaded.policy.project, ...name, version: formatVersion(name.version) };
  const isAboutThis =
    project === own.project &&
    version === own.version &&
    kind === own.kind &&
    number === own.number &&
    channel === own.channel &&
    hasSubject(statement.value, index);
  return isAboutThis ? { is: 'valid', name, record: record.value } : rejected('it speaks of something else');
}

export interface RecordPlace {
  readonly name: AnnouncementName;
  readonly index: Digest;
}

/** Whether one announcement is recorded. Something else in its place is a conflict: without a record it would be told again. */
export async function observeAnnouncement(
  world: RecordWorld,
  loaded: RecordRules,
  place: RecordPlace,
): Promise<Observation<AnnouncementRecord>> {
  const found = await readOne(world, loaded, place);
  if (found === undefined) return { is: 'absent' };
  if (found.is === 'valid') return { is: 'present', evidence: found.record };
  const tag = announcementTag(place.name);
  const error = new CutwaterError(
    'DIGEST_CONFLICT',
    `Cannot record an announcement as ${tag}: the registry holds something else there, ${found.reason}`,
    { hint: `Find out who wrote ${tag}; once it is gone from the registry, run the same command again` },
  );
  return { is: 'conflict', error };
}

/** A record that is signed and whose bytes the registry has, so that little can fail between telling and recording. */
export interface PreparedRecord {
  readonly bundle: Uint8Array;
}

export interface RecordWriter extends SigningWorld {
  readonly repository: ImageRepository;
}

/**
 * Signs a record and uploads it. Without rights to write, and where the signature would not count (KEY_UNUSABLE), this
 * fails before anybody was told anything.
 */
export async function prepareRecord(
  world: RecordWriter,
  record: AnnouncementRecord,
  { index, trust }: { readonly index: Digest; readonly trust: Trust },
): Promise<PreparedRecord> {
  const { repository } = world;
  const statement = announcementStatement(record, { name: formatImageName(repository.name), index });
  const bundle = await signStatement(world, statementBytes(statement), {
    trust,
    what: 'the record of the announcement',
  });
  const layer = { mediaType: mediaTypes.sigstoreBundle, digest: digestOf(bundle), size: bundle.length };
  await repository.writeBlob(layer, () => streamOf(bundle));
  return { bundle };
}

/** Puts a prepared record beside the image, under its tag. */
export async function storeRecord(
  repository: ImageRepository,
  { bundle }: PreparedRecord,
  { name, index }: RecordPlace,
): Promise<void> {
  const subject = await resolveOrFail(repository, index, `the image of ${formatVersion(name.version)}`);
  const digest = await writeBundle(repository, bundle, { subject, predicateType: announcementType });
  await copyTag(repository, { tag: announcementTag(name), digest, expected: null });
}
