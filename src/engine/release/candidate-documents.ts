import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { ReleasePredicate, ReleasedBinary, ReleasedDocument } from '../../domain/release-statement.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { coreVersion, formatVersion } from '../../domain/version.ts';
import { faultsInSbom } from '../../report/documents/judge-sbom.ts';
import { readSbom } from '../../report/documents/read-sbom.ts';
import { sbomFacts } from '../../report/scan/sbom-facts.ts';
import { sbomStatement } from '../../report/documents/sbom-statement.ts';
import { spdxDocument } from '../../report/documents/spdx-document.ts';
import { parseStatement, statementBytes } from '../../report/documents/statement.ts';
import type { PlatformImage } from './binaries.ts';
import { readLockFiles } from './lock-files.ts';
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
    sbomOf: ({ digest }) =>
      sbomFacts(sboms.find(({ platform }) => platform.digest === digest)?.stored.statement.predicate),
  });
  const { referrer, payloadDigest: payload } = provenance;
  return {
    documents: [
      { role: 'provenance', subject: index.digest, referrer, payload },
      ...sboms.map((sbom) => toDocument('sbom', sbom)),
      ...scans.map((scan) => toDocument('scan', scan)),
    ],
    assets: [
      ...sboms.flatMap(({ platform, stored }) => {
        const names = documentAssetNames({ role: 'sbom', platform: formatPlatform(platform.platform) });
        return Object.values(names).map((name) => fileOf(name, sbomFile(stored.payload, name)));
      }),
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

const provenanceName = 'provenance.sigstore.json';

/** The files a document becomes on the forge: `sbom-linux-amd64.cdx.json` and `.spdx.json`, `provenance.sigstore.json`. A scan becomes none. */
export function documentAssetNames({
  role,
  platform,
}: Pick<ReleasedDocument, 'role' | 'platform'>): Readonly<Partial<Record<'bundle' | 'cyclonedx' | 'spdx', string>>> {
  switch (role) {
    case 'sbom': {
      const start = `sbom-${(platform ?? 'all').replaceAll('/', '-')}`;
      return { cyclonedx: `${start}.cdx.json`, spdx: `${start}.spdx.json` };
    }
    case 'provenance':
      return { bundle: provenanceName };
    case 'scan':
      return {};
  }
}

/** The SBOM inside a signed statement, as the file that people download: in the format that the file's name says. */
export function sbomFile(payload: Uint8Array, name: string): Uint8Array {
  const statement = parseStatement(payload);
  if (statement.is === 'refused') throw new Error(`An SBOM statement that was verified ${statement.reason}`);
  const { predicate } = statement.value;
  if (!name.endsWith('.spdx.json')) return new TextEncoder().encode(`${canonicalJson(predicate)}\n`);
  const sbom = readSbom(predicate);
  if (sbom.is === 'refused') throw new Error(`An SBOM statement that was verified ${sbom.reason}`);
  return spdxDocument(sbom.value);
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
  const lockFiles = await readLockFiles(world.git, build, contents.commit);
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
    requireSound(parsed, platform);
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

/** What its own schema accepts may still be nonsense; a release does not sign that. */
function requireSound(document: unknown, platform: PlatformImage): void {
  const sbom = readSbom(document);
  const faults = sbom.is === 'ok' ? faultsInSbom(sbom.value, platform.digest) : [`it ${sbom.reason}`];
  if (faults.length === 0) return;
  throw new CutwaterError(
    'BUILD_FAILED',
    `Cannot sign the SBOM of ${formatPlatform(platform.platform)}: it is not sound`,
    { details: faults.slice(0, 20) },
  );
}
