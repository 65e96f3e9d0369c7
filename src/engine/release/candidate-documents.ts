import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { formatPlatform } from '../../domain/platform.ts';
import type { ReleasePredicate, ReleasedBinary, ReleasedDocument } from '../../domain/release-statement.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import type { ToolInventory } from '../../domain/tool-inventory.ts';
import { coreVersion, formatVersion } from '../../domain/version.ts';
import { faultsInSbom } from '../../report/documents/judge-sbom.ts';
import type { Sbom } from '../../report/documents/read-sbom.ts';
import { readSbom } from '../../report/documents/read-sbom.ts';
import { sbomFacts } from '../../report/scan/sbom-facts.ts';
import { sbomStatement } from '../../report/documents/sbom-statement.ts';
import { spdxDocument } from '../../report/documents/spdx-document.ts';
import { parseStatement, statementBytes } from '../../report/documents/statement.ts';
import type { PlatformImage } from './binaries.ts';
import type { ListedImage } from './list-packages.ts';
import { listPackages } from './list-packages.ts';
import { readLockFiles } from './lock-files.ts';
import type { ImageCandidate } from './companion-candidates.ts';
import type { ReleaseJob } from './make-candidate.ts';
import { atImage, companionName } from '../facts/image-places.ts';
import { resolveOrFail } from '../facts/read-artifact.ts';
import { bundleName, documentAssetNames, filePrefix } from './released-documents.ts';
import { scanCandidates } from './scan-candidate.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import type { StoredDocument } from '../facts/signed-documents.ts';
import type { ReleaseWorld } from '../world.ts';

/** An image of the release, with what goes into its documents. */
interface DocumentedImage {
  readonly candidate: ImageCandidate;
  /** What names of its files begin with: nothing for the first image. */
  readonly prefix: string;
  /** Those that were taken out of it. */
  readonly binaries: readonly ReleasedBinary[];
}

/** The signed documents of a candidate, and the files among the assets that come from them. */
export interface CandidateDocuments {
  /** Of each image, in the order in which they were given. */
  readonly documents: readonly (readonly ReleasedDocument[])[];
  readonly assets: ReleasePredicate['assets'];
}

/** Makes and signs what goes with the images: an SBOM for each platform, then the scan, which may refuse them. */
export async function makeDocuments(
  world: ReleaseWorld,
  job: ReleaseJob,
  {
    candidates,
    commit,
    binaries,
  }: {
    /** The first image first. */
    readonly candidates: readonly ImageCandidate[];
    /** What was built. */
    readonly commit: ObjectId;
    readonly binaries: readonly ReleasedBinary[];
  },
): Promise<CandidateDocuments> {
  const images = candidates.map((candidate, place): DocumentedImage => {
    const { name } = candidate.image;
    const from = place === 0 ? undefined : formatImageName(name);
    const own = binaries.filter((binary) => binary.image === from);
    return { candidate, prefix: place === 0 ? '' : filePrefix(name), binaries: own };
  });
  const made: (DocumentedImage & { readonly sboms: readonly PlatformDocument[] })[] = [];
  for (const image of images) made.push({ ...image, sboms: await makeSboms(world, job, { image, commit }) });
  const scans = await scanCandidates(world, {
    loaded: job.loaded,
    // A recorded scan is made of the built image, so it can only lie in a later commit than the one that was built.
    commit: job.admitted.commit,
    images: made.map(({ candidate: { image, place, platforms }, sboms }) => ({
      place,
      name: image.name,
      platforms,
      sbomOf: ({ digest }) =>
        sbomFacts(sboms.find(({ platform }) => platform.digest === digest)?.stored.statement.predicate),
    })),
  });
  return {
    documents: made.map(({ candidate, sboms }, index) => [
      provenanceDocument(candidate),
      ...sboms.map((sbom) => toDocument('sbom', sbom)),
      ...(scans[index] ?? []).map((scan) => toDocument('scan', scan)),
    ]),
    assets: made.flatMap(({ candidate, prefix, sboms }) => [
      ...sboms.flatMap(({ platform, stored }) => {
        const names = documentAssetNames({ role: 'sbom', platform: formatPlatform(platform.platform) }, prefix);
        return Object.values(names).map((name) => fileOf(name, sbomFile(stored.payload, name)));
      }),
      fileOf(bundleName(prefix), candidate.provenance.bundle),
    ]),
  };
}

function provenanceDocument({ index, provenance }: ImageCandidate): ReleasedDocument {
  const { referrer, payloadDigest: payload } = provenance;
  return { role: 'provenance', subject: index.digest, referrer, payload };
}

interface PlatformDocument {
  readonly platform: PlatformImage;
  readonly stored: StoredDocument;
}

function toDocument(role: 'sbom' | 'scan', { platform, stored }: PlatformDocument): ReleasedDocument {
  const { referrer, payloadDigest: payload } = stored;
  return { role, platform: formatPlatform(platform.platform), subject: platform.digest, referrer, payload };
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
  about: { readonly image: DocumentedImage; readonly commit: ObjectId },
): Promise<readonly PlatformDocument[]> {
  const { image, place, platforms } = about.image.candidate;
  const { git } = world;
  const lockFiles = await readLockFiles(git, { policy: job.build, image }, about.commit);
  const timestamp = await git.commitTime(about.commit);
  const at = atImage(world, place);
  const sboms: PlatformDocument[] = [];
  for (const platform of platforms) {
    const name = formatPlatform(platform.platform);
    const tools = await runTools(world, job, { ...platform, repository: place.repository });
    const document = await world.sbomMaker.makeSbom({
      project: job.build.project,
      version: formatVersion(coreVersion(job.admitted.version)),
      image: image.name,
      platform: name,
      manifest: platform.digest,
      lockFiles,
      binaries: about.image.binaries.filter((binary) => binary.platform === name),
      readImage: (wish) => world.imageFiles.inventory(place.repository, platform.digest, wish),
      tools,
      timestamp,
    });
    const subject = await resolveOrFail(place.repository, platform.digest, `the ${name} image`);
    const parsed: Record<string, unknown> = JSON.parse(new TextDecoder().decode(document));
    warnOfConflicts(world, requireSound(parsed, platform), `${about.image.prefix}${name}`);
    const statement = statementBytes(
      sbomStatement({ image: formatImageName(image.name), platform: name, digest: platform.digest, document: parsed }),
    );
    const predicateType = predicateTypes.cyclonedx;
    const stored = await storeDocument(at, job.loaded.trust, {
      role: 'sbom',
      ...companionName(world, place),
      platform: name,
      subject,
      predicateType,
      statement,
    });
    sboms.push({ platform, stored });
  }
  return sboms;
}

/** The other programs of the protected branch's policy, one after the other: each is given the whole machine. */
async function runTools(world: ReleaseWorld, job: ReleaseJob, image: ListedImage): Promise<readonly ToolInventory[]> {
  const inventories: ToolInventory[] = [];
  for (const order of job.loaded.policy.sbom.also) {
    world.report({ type: 'stage', name: 'sbom', detail: `${order.tool}, ${formatPlatform(image.platform)}` });
    inventories.push(await listPackages(world.sbomTool(order), image));
  }
  return inventories;
}

/** The document keeps both; a maintainer should look which of them is right. */
function warnOfConflicts({ report }: ReleaseWorld, { notes }: Sbom, name: string): void {
  for (const { value } of notes.filter((note) => note.name === 'conflict'))
    report({ type: 'note', level: 'warning', text: `SBOM of ${name}: ${value}` });
}

/** What its own schema accepts may still be nonsense; a release does not sign that. */
function requireSound(document: unknown, platform: PlatformImage): Sbom {
  const sbom = readSbom(document);
  const faults = sbom.is === 'ok' ? faultsInSbom(sbom.value, platform.digest) : [`it ${sbom.reason}`];
  if (sbom.is === 'ok' && faults.length === 0) return sbom.value;
  throw new CutwaterError(
    'BUILD_FAILED',
    `Cannot sign the SBOM of ${formatPlatform(platform.platform)}: it is not sound`,
    { details: faults.slice(0, 20) },
  );
}
