import { gitObjectIdOf } from '../../domain/digest.ts';
import type { Digest } from '../../domain/digest.ts';
import type { GitTag, TagSigner, TagVerdict } from '../../domain/git-tag.ts';
import { mediaTypes } from '../../domain/oci.ts';
import { quote } from '../../domain/quote.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { statementTag } from '../../estate/registry-tags.ts';
import { parseReleaseStatement } from '../../report/documents/parse-release-statement.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readArtifact } from './read-artifact.ts';
import type { ReadWorld } from '../world.ts';

/** A release statement as the registry holds it, judged as an outsider would. */
export type ReleaseRecord =
  | {
      readonly is: 'valid';
      readonly release: ReleasePredicate;
      /** Manifest of the stored statement. */
      readonly statement: Digest;
      readonly bundle: Uint8Array;
      readonly ciSigner: string;
    }
  | { readonly is: 'rejected'; readonly reason: string }
  | { readonly is: 'absent' };

type RecordWorld = Pick<ReadWorld, 'repository' | 'bundleVerifier' | 'tagVerifier' | 'now'>;

/** The stored statement of a version: signed by CI, about this version, with a release tag a maintainer signed. */
export async function readRecord(world: RecordWorld, loaded: LoadedPolicy, version: Version): Promise<ReleaseRecord> {
  return readRecordAt(world, loaded, { version, reference: statementTag(version) });
}

export async function readRecordAt(
  world: RecordWorld,
  loaded: LoadedPolicy,
  at: { readonly version: Version; readonly reference: ImageTag | Digest },
): Promise<ReleaseRecord> {
  const artifact = await readArtifact(world.repository, at.reference);
  if (artifact === undefined) return { is: 'absent' };
  const name: string = at.reference;
  if (artifact.is === 'refused') return { is: 'rejected', reason: `${name} ${artifact.reason}` };
  const { parsed, content, manifest } = artifact.value;
  if (parsed.layers[0]?.mediaType !== mediaTypes.sigstoreBundle)
    return { is: 'rejected', reason: `${name} holds no sigstore bundle` };
  const record = await readRecordBundle(world, loaded, { version: at.version, bundle: content });
  if (record.is === 'rejected') return { is: 'rejected', reason: `${name}: ${record.reason}` };
  if (parsed.subject?.digest !== record.release.image.index)
    return { is: 'rejected', reason: `${name} is attached to another image than the one it speaks of` };
  return { ...record, statement: manifest.digest };
}

/** The release a signed bundle states, wherever it was found. */
export async function readRecordBundle(
  world: Pick<RecordWorld, 'bundleVerifier' | 'tagVerifier' | 'now' | 'repository'>,
  loaded: LoadedPolicy,
  found: { readonly version: Version; readonly bundle: Uint8Array },
): Promise<Omit<Extract<ReleaseRecord, { is: 'valid' }>, 'statement'> | Extract<ReleaseRecord, { is: 'rejected' }>> {
  const { version, bundle } = found;
  const verdict = await world.bundleVerifier.verifyStatement(bundle, loaded.trust);
  if (verdict.is === 'rejected') return { is: 'rejected', reason: `its signature does not count: ${verdict.reason}` };
  const statement = parseReleaseStatement(verdict.payload);
  if (statement.is === 'refused') return { is: 'rejected', reason: `it ${statement.reason}` };
  const release = statement.value.predicate;
  const fault = await judgeRelease(world, loaded, { version, release });
  if (fault !== undefined) return { is: 'rejected', reason: fault };
  return { is: 'valid', release, bundle, ciSigner: verdict.signer };
}

async function judgeRelease(
  world: RecordWorld,
  loaded: LoadedPolicy,
  found: { readonly version: Version; readonly release: ReleasePredicate },
): Promise<string | undefined> {
  const { release, version } = found;
  if (release.version !== formatVersion(version)) return `it speaks of version ${quote(release.version)}`;
  if (release.tag.name !== releaseTagOf(version)) return `it speaks of tag ${quote(release.tag.name)}`;
  if (release.project !== loaded.policy.project) return `it speaks of project ${quote(release.project)}`;
  if (release.image.name !== formatImageName(world.repository.name))
    return `it speaks of image ${quote(release.image.name)}`;
  const tag = releaseTagIn(release);
  if (gitObjectIdOf('tag', tag.raw, tag.object) !== tag.object)
    return 'the release tag object in it does not have the id it names';
  const verdict = await judgeReleaseTag(world, loaded, tag);
  if (verdict.is === 'rejected') return `the release tag in it does not count: ${verdict.reason}`;
  if (verdict.tag.target !== release.source.commit)
    return 'the release tag in it points at another commit than it names';
  return undefined;
}

/** The maintainer who signed the tag inside a statement, by the tag's own bytes; undefined for an unsigned candidate. */
export async function signerOfRelease(
  world: Pick<ReadWorld, 'tagVerifier' | 'now'>,
  loaded: LoadedPolicy,
  release: ReleasePredicate,
): Promise<TagSigner | undefined> {
  const verdict = await judgeReleaseTag(world, loaded, releaseTagIn(release));
  return verdict.is === 'valid' ? verdict.signer : undefined;
}

function releaseTagIn({ tag, source }: ReleasePredicate): GitTag & { readonly raw: Uint8Array } {
  const raw = new Uint8Array(Buffer.from(tag.raw, 'base64'));
  return { name: tag.name, object: tag.object, objectType: 'tag', commit: source.commit, claimedAt: 0, raw };
}

/** The verdict on a release tag under the project's rules: an unsigned one counts only where the policy allows it. */
export async function judgeReleaseTag(
  world: Pick<ReadWorld, 'tagVerifier' | 'now'>,
  loaded: LoadedPolicy,
  tag: GitTag,
): Promise<TagVerdict> {
  const { signatures } = loaded.policy;
  const verdict = await world.tagVerifier.verifyTag(tag, {
    trust: loaded.trust,
    formats: signatures.formats,
    now: world.now,
  });
  if (verdict.is !== 'unsigned') return verdict;
  if (signatures.rc === 'optional' && /-rc\.\d+$/.test(tag.name)) return verdict;
  return {
    is: 'rejected',
    fault: 'unsigned',
    reason: 'it is annotated but not signed; a signature of a maintainer is wanted',
  };
}
