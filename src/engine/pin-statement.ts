import { canonicalJson } from '../domain/canonical-json.ts';
import { digestOf } from '../domain/digest.ts';
import { CutwaterError } from '../domain/error.ts';
import type { ImageTag } from '../domain/image-name.ts';
import { formatImageName, imageTag } from '../domain/image-name.ts';
import { imagePurl } from '../domain/image-purl.ts';
import type { ObjectId } from '../domain/object-id.ts';
import { formatPlatform } from '../domain/platform.ts';
import { trailerNames, trailerOf } from '../domain/release-message.ts';
import type { ReleasePredicate, ReleasedBinary, ReleasedDocument } from '../domain/release-statement.ts';
import { predicateTypes } from '../domain/release-statement.ts';
import { coreVersion, formatVersion } from '../domain/version.ts';
import type { ImageOrigin } from '../estate/choose-origin.ts';
import { candidateTag } from '../estate/registry-tags.ts';
import type { Policy } from '../policy/policy.ts';
import { releaseStatement } from '../report/documents/release-statement.ts';
import { sbomStatement } from '../report/documents/sbom-statement.ts';
import { parseStatement, statementBytes } from '../report/documents/statement.ts';
import type { PlatformImage } from './binaries.ts';
import { extractBinaries } from './binaries.ts';
import type { Candidate, ReleaseJob } from './make-candidate.ts';
import { resolveOrFail } from './read-artifact.ts';
import type { ReleaseRecord } from './read-record.ts';
import { readRecordAt } from './read-record.ts';
import { runStep } from './run-step.ts';
import { storeDocument } from './signed-documents.ts';
import type { StoredDocument } from './signed-documents.ts';
import { imageTagHandler } from './steps/image-tag.ts';
import type { ReadWorld, ReleaseWorld } from './world.ts';

/** A release statement that is signed and stored, but not yet committed. */
export type PinnedStatement = Extract<ReleaseRecord, { is: 'valid' }>;

/** The tag beside the candidate's that pins the release statement. */
export function pinTag(releaseTag: ObjectId): ImageTag {
  return imageTag(`${candidateTag(releaseTag)}.statement`);
}

/**
 * The statement an earlier run pinned. It was signed after every gate had passed, so whoever finds a valid one goes on
 * from it and asks no tag about anything before. Undefined where there is none; one that does not count is an error.
 */
export async function readPinned(world: ReadWorld, job: ReleaseJob): Promise<PinnedStatement | undefined> {
  const tag = pinTag(job.admitted.tag.object);
  const record = await readRecordAt(world, job.loaded, { version: job.admitted.version, reference: tag });
  if (record.is === 'absent') return undefined;
  const fault = record.is === 'rejected' ? `does not count: ${record.reason}` : faultIn(record, job);
  if (record.is === 'valid' && fault === undefined) return record;
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot go on with ${job.admitted.tag.name}: the statement pinned as ${tag} ${fault ?? ''}`,
    { hint: 'Someone else wrote this tag, or the CI key is not in trust.ci of the protected branch' },
  );
}

function faultIn(record: PinnedStatement, job: ReleaseJob): string | undefined {
  const { object } = record.release.tag;
  return object === job.admitted.tag.object ? undefined : `speaks of tag object ${object}`;
}

/**
 * Makes the release statement: it names every file and document that will be published, so whoever resumes publishes
 * exactly these. Of two runs the first to write the pin wins.
 */
export async function pinStatement(
  world: ReleaseWorld,
  job: ReleaseJob,
  candidate: Candidate,
): Promise<PinnedStatement> {
  const tag = pinTag(job.admitted.tag.object);
  const predicate = await makePredicate(world, job, candidate);
  const stored = await storeDocument(world, job.loaded.trust, {
    role: 'statement',
    subject: candidate.index,
    predicateType: predicateTypes.release,
    statement: statementBytes(releaseStatement(predicate)),
  });
  const step = { kind: 'image-tag', imageTag: tag, digest: stored.referrer, once: 'first-wins' } as const;
  await runStep(step, imageTagHandler(world.repository, { tag, digest: stored.referrer, once: 'first-wins' }), world);
  const pinned = await readPinned(world, job);
  if (pinned === undefined)
    throw new CutwaterError('BAD_REPLY', `Cannot go on with ${job.admitted.tag.name}: ${tag} is gone again`);
  return pinned;
}

async function makePredicate(world: ReleaseWorld, job: ReleaseJob, candidate: Candidate): Promise<ReleasePredicate> {
  const { admitted, image } = job;
  const { origin } = candidate;
  const commit = origin.is === 'promotion' ? origin.promotion.buildCommit : admitted.commit;
  const binaries = await extractBinaries(world, job.build, candidate.platforms);
  const sboms = await makeSboms(world, job, { commit, platforms: candidate.platforms, binaries });
  const documents: ReleasedDocument[] = [
    {
      role: 'provenance',
      subject: candidate.index.digest,
      referrer: candidate.provenance.referrer,
      payload: candidate.provenance.payloadDigest,
    },
    ...sboms.map(({ platform, stored }) => ({
      role: 'sbom' as const,
      platform: formatPlatform(platform.platform),
      subject: platform.digest,
      referrer: stored.referrer,
      payload: stored.payloadDigest,
    })),
  ];
  return {
    schema: 'cutwater.release/1',
    project: job.loaded.policy.project,
    purl: imagePurl({ name: image.name, digest: candidate.index.digest }),
    version: formatVersion(admitted.version),
    class: admitted.class,
    tag: {
      name: admitted.tag.name,
      object: admitted.tag.object,
      raw: Buffer.from(admitted.raw).toString('base64'),
      signer: admitted.signer ?? null,
      ...(admitted.signer === undefined ? { unsignedReason: unsignedReasonOf(admitted.object.message) } : {}),
    },
    source: { commit: admitted.commit },
    build: { commit },
    ...originMembers(origin),
    image: {
      name: formatImageName(image.name),
      index: candidate.index.digest,
      platforms: candidate.platforms.map(({ platform, digest }) => ({ platform: formatPlatform(platform), digest })),
    },
    binaries,
    documents,
    assets: [
      ...binaries.map(({ name, digest, size }) => ({ name, digest, size })),
      ...sboms.map(({ platform, stored }) =>
        fileOf(
          documentAssetName({ role: 'sbom', platform: formatPlatform(platform.platform) }),
          sbomFile(stored.payload),
        ),
      ),
      fileOf(documentAssetName({ role: 'provenance' }), candidate.provenance.bundle),
    ],
  };
}

/** What the tag says about itself; one made with git alone says nothing. */
function unsignedReasonOf(message: string): string {
  return trailerOf(message, trailerNames.unsigned) ?? 'the policy allows unsigned release candidates';
}

function originMembers(origin: ImageOrigin): Pick<ReleasePredicate, 'promotes' | 'rebuild'> {
  switch (origin.is) {
    case 'build':
      return {};
    case 'promotion':
      return { promotes: { version: formatVersion(origin.promotion.version), tag: origin.promotion.tagObject } };
    case 'rebuild':
      return { rebuild: { reason: origin.reason, insteadOf: formatVersion(origin.insteadOf) } };
  }
}

/** The file a document becomes on the forge: `sbom-linux-amd64.cdx.json`, `provenance.sigstore.json`. */
export function documentAssetName({ role, platform }: Pick<ReleasedDocument, 'role' | 'platform'>): string {
  return role === 'sbom' ? `sbom-${(platform ?? 'all').replaceAll('/', '-')}.cdx.json` : 'provenance.sigstore.json';
}

/** The SBOM document inside a signed statement, as the file that people download. */
export function sbomFile(payload: Uint8Array): Uint8Array {
  const statement = parseStatement(payload);
  if (statement.is === 'refused') throw new Error(`An SBOM statement that was verified ${statement.reason}`);
  return new TextEncoder().encode(`${canonicalJson(statement.value.predicate)}\n`);
}

function fileOf(name: string, bytes: Uint8Array): ReleasePredicate['assets'][number] {
  return { name, digest: digestOf(bytes), size: bytes.length };
}

interface BuiltContents {
  /** What was built. */
  readonly commit: ObjectId;
  readonly platforms: readonly PlatformImage[];
  readonly binaries: readonly ReleasedBinary[];
}

/** Of a promotion they say the same as those of its candidate, to the byte, so those are found and kept. */
async function makeSboms(
  world: ReleaseWorld,
  job: ReleaseJob,
  contents: BuiltContents,
): Promise<readonly { readonly platform: PlatformImage; readonly stored: StoredDocument }[]> {
  const { admitted, build, image } = job;
  const lockFiles = await readLockFiles(world, build, contents.commit);
  const timestamp = await world.git.commitTime(contents.commit);
  const sboms: { platform: PlatformImage; stored: StoredDocument }[] = [];
  for (const platform of contents.platforms) {
    const name = formatPlatform(platform.platform);
    const document = await world.sbomMaker.makeSbom({
      project: build.project,
      version: formatVersion(coreVersion(admitted.version)),
      image: image.name,
      platform: name,
      manifest: platform.digest,
      lockFiles,
      binaries: contents.binaries.filter((binary) => binary.platform === name),
      timestamp,
    });
    const subject = await resolveOrFail(world.repository, platform.digest, `the ${name} image`);
    const parsed: Record<string, unknown> = JSON.parse(new TextDecoder().decode(document));
    const statement = statementBytes(
      sbomStatement({ image: formatImageName(image.name), platform: name, digest: platform.digest, document: parsed }),
    );
    const predicateType = predicateTypes.cyclonedx;
    const stored = await storeDocument(world, job.loaded.trust, {
      role: 'sbom',
      platform: name,
      subject,
      predicateType,
      statement,
    });
    sboms.push({ platform, stored });
  }
  return sboms;
}

async function readLockFiles(
  world: ReleaseWorld,
  build: Policy,
  commit: ObjectId,
): Promise<readonly { readonly path: string; readonly bytes: Uint8Array }[]> {
  const files: { path: string; bytes: Uint8Array }[] = [];
  for (const path of build.lockFiles) {
    const bytes = await world.git.readFile(commit, path);
    if (bytes === undefined)
      throw new CutwaterError(
        'BUILD_FAILED',
        `Cannot make the SBOM: the policy names lock file ${path}, the commit has none`,
      );
    files.push({ path, bytes });
  }
  return files;
}
