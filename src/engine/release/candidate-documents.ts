import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { isRecord } from '../../domain/image-config.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { ReleasePredicate, ReleasedBinary, ReleasedDocument } from '../../domain/release-statement.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { coreVersion, formatVersion } from '../../domain/version.ts';
import type { Policy } from '../../policy/policy.ts';
import { sbomStatement } from '../../report/documents/sbom-statement.ts';
import { parseStatement, statementBytes } from '../../report/documents/statement.ts';
import type { PlatformImage } from './binaries.ts';
import type { Candidate, ReleaseJob } from './make-candidate.ts';
import { resolveOrFail } from '../facts/read-artifact.ts';
import { scanCandidate } from './scan-candidate.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import type { StoredDocument } from '../facts/signed-documents.ts';
import type { ReleaseWorld } from '../world.ts';

interface BuiltContents {
  /** What was built. */
  readonly commit: ObjectId;
  readonly platforms: readonly PlatformImage[];
  readonly binaries: readonly ReleasedBinary[];
}

/** The signed documents of a candidate, and the files among the assets that come from them. */
export interface CandidateDocuments {
  readonly documents: readonly ReleasedDocument[];
  readonly assets: ReleasePredicate['assets'];
}

/** Makes and signs what goes with an image: an SBOM for each platform, then the scan, which may refuse it. */
export async function makeDocuments(
  world: ReleaseWorld,
  job: ReleaseJob,
  {
    candidate,
    commit,
    binaries,
  }: {
    readonly candidate: Candidate;
    readonly commit: ObjectId;
    readonly binaries: readonly ReleasedBinary[];
  },
): Promise<CandidateDocuments> {
  const { platforms, provenance, index } = candidate;
  const sboms = await makeSboms(world, job, { commit, platforms, binaries });
  const scans = await scanCandidate(world, {
    loaded: job.loaded,
    image: job.image.name,
    platforms,
    // A recorded scan is made of the built image, so it can only lie in a later commit than the one that was built.
    commit: job.admitted.commit,
    componentsOf: ({ digest }) => componentsIn(sboms.find(({ platform }) => platform.digest === digest)?.stored),
  });
  const { referrer, payloadDigest: payload } = provenance;
  return {
    documents: [
      { role: 'provenance', subject: index.digest, referrer, payload },
      ...sboms.map((sbom) => toDocument('sbom', sbom)),
      ...scans.map((scan) => toDocument('scan', scan)),
    ],
    assets: [
      ...sboms.map(({ platform, stored }) =>
        fileOf(sbomName(formatPlatform(platform.platform)), sbomFile(stored.payload)),
      ),
      fileOf(provenanceName, provenance.bundle),
    ],
  };
}

interface PlatformDocument {
  readonly platform: PlatformImage;
  readonly stored: StoredDocument;
}

function toDocument(role: 'sbom' | 'scan', { platform, stored }: PlatformDocument): ReleasedDocument {
  const { referrer, payloadDigest: payload } = stored;
  return { role, platform: formatPlatform(platform.platform), subject: platform.digest, referrer, payload };
}

function componentsIn(sbom: StoredDocument | undefined): number {
  const predicate = sbom?.statement.predicate;
  const components: unknown = isRecord(predicate) ? predicate['components'] : undefined;
  return Array.isArray(components) ? components.length : 0;
}

const provenanceName = 'provenance.sigstore.json';

function sbomName(platform: string): string {
  return `sbom-${platform.replaceAll('/', '-')}.cdx.json`;
}

/** The file a document becomes on the forge: `sbom-linux-amd64.cdx.json`, `provenance.sigstore.json`. A scan becomes none. */
export function documentAssetName({ role, platform }: Pick<ReleasedDocument, 'role' | 'platform'>): string | undefined {
  switch (role) {
    case 'sbom':
      return sbomName(platform ?? 'all');
    case 'provenance':
      return provenanceName;
    case 'scan':
      return undefined;
  }
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

/** Of a promotion they say the same as those of its candidate, to the byte, so those are found and kept. */
async function makeSboms(
  world: ReleaseWorld,
  job: ReleaseJob,
  contents: BuiltContents,
): Promise<readonly PlatformDocument[]> {
  const { admitted, build, image } = job;
  const lockFiles = await readLockFiles(world, build, contents.commit);
  const timestamp = await world.git.commitTime(contents.commit);
  const sboms: PlatformDocument[] = [];
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
      readImage: (wish) => world.imageFiles.inventory(world.repository, platform.digest, wish),
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
