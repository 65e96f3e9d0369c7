import { CutwaterError } from '../../domain/error.ts';
import type { ImageName } from '../../domain/image-name.ts';
import { formatImageName, shortNameOf } from '../../domain/image-name.ts';
import { imagePurl } from '../../domain/image-purl.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { quote } from '../../domain/quote.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import type { VexStatement } from '../../documents/openvex.ts';
import { parseOpenVex } from '../../documents/openvex.ts';
import type { ScanPolicy } from '../../policy/scan-schema.ts';
import { scanStatement } from '../../report/documents/scan-statement.ts';
import { statementBytes } from '../../report/documents/statement.ts';
import type { ScanFacts, ScanJudgement } from '../../report/scan/judge-scan.ts';
import { describeFinding, judgeScan } from '../../report/scan/judge-scan.ts';
import type { SbomFacts } from '../../report/scan/sbom-facts.ts';
import type { PlatformImage } from './binaries.ts';
import { readImageContent } from './image-content.ts';
import { atImage, companionName } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { resolveOrFail } from '../facts/read-artifact.ts';
import type { StoredDocument } from '../facts/signed-documents.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import type { ImagePlace, ReadWorld, ReleaseWorld } from '../world.ts';

export interface ScannedPlatform {
  readonly platform: PlatformImage;
  readonly stored: StoredDocument;
}

export interface ScanOrder {
  readonly loaded: LoadedPolicy;
  /** The tag's commit, where a recorded scan lies. */
  readonly commit: ObjectId;
  /** The first image first. */
  readonly images: readonly ScannedImage[];
}

export interface ScannedImage {
  readonly place: ImagePlace;
  readonly name: ImageName;
  readonly platforms: readonly PlatformImage[];
  readonly sbomOf: (platform: PlatformImage) => SbomFacts;
}

/**
 * Scans every image for every platform and signs what passed, in the order of the images. What may be there is decided by
 * the protected branch, never by the tagged tree. Everything is looked at before the release is refused. Throws SCAN_FAILED
 * with every finding that stops it, SCAN_BROKEN where nothing can be said.
 */
export async function scanCandidates(
  world: ReleaseWorld,
  order: ScanOrder,
): Promise<readonly (readonly ScannedPlatform[])[]> {
  const { loaded, images } = order;
  const { scan: policy } = loaded.policy;
  if (policy === undefined) return images.map(() => []);
  const vex = await readVex(world, loaded, policy);
  const found: { readonly image: ScannedImage; readonly scans: readonly PlatformScan[] }[] = [];
  for (const image of images) {
    const scans: PlatformScan[] = [];
    for (const platform of image.platforms)
      scans.push(await scanPlatform(world, { policy, vex, commit: order.commit, image, platform }));
    found.push({ image, scans });
  }
  const failures = found.flatMap(({ scans }) => scans.flatMap((scan) => (scan.is === 'failed' ? scan.failures : [])));
  if (failures.length > 0) throw refused(policy, failures);
  return Promise.all(
    found.map(({ image, scans }) =>
      Promise.all(scans.flatMap((scan) => (scan.is === 'passed' ? [sign(world, loaded, { image, ...scan })] : []))),
    ),
  );
}

type PlatformScan =
  | { readonly is: 'passed'; readonly platform: PlatformImage; readonly bytes: Uint8Array }
  | { readonly is: 'failed'; readonly failures: readonly string[] };

async function scanPlatform(
  world: ReleaseWorld,
  asked: {
    readonly policy: ScanPolicy;
    readonly vex: readonly VexStatement[];
    readonly commit: ObjectId;
    readonly image: ScannedImage;
    readonly platform: PlatformImage;
  },
): Promise<PlatformScan> {
  const { policy, vex, image, platform } = asked;
  const { repository } = image.place;
  const label = formatPlatform(platform.platform);
  const name = labelOf(world, image, label);
  world.report({ type: 'stage', name: 'scan', detail: name });
  const descriptor = await resolveOrFail(repository, platform.digest, `the ${name} image`);
  const target = { repository, manifest: descriptor, platform: platform.platform };
  const report = await world.scanner(policy, asked.commit).scan(target);
  const content = await readContent(image, platform);
  const judgement = judgeScan({ policy, report, image: content, vex, sbom: image.sbomOf(platform), now: world.now });
  for (const text of remarksOf(judgement)) world.report({ type: 'note', level: 'warning', text: `${name}: ${text}` });
  switch (judgement.is) {
    case 'unusable':
      throw new CutwaterError('SCAN_BROKEN', `Cannot use the scan of the ${name} image: ${judgement.reason}`);
    case 'failed':
      return { is: 'failed', failures: linesOf(judgement).map((line) => `${name}: ${line}`) };
    case 'passed': {
      const { excused, remarks } = judgement;
      const about = { image: formatImageName(image.name), platform: label, digest: platform.digest };
      const statement = scanStatement({ ...about, report, policy, excused, remarks });
      return { is: 'passed', platform, bytes: statementBytes(statement) };
    }
  }
}

/** `linux/amd64`, `frontend linux/amd64` */
function labelOf(world: ImagePlace, { place, name }: ScannedImage, platform: string): string {
  return place.repository === world.repository ? platform : `${shortNameOf(name)} ${platform}`;
}

async function sign(
  world: ReleaseWorld,
  loaded: LoadedPolicy,
  { image, platform, bytes }: { readonly image: ScannedImage } & Omit<Extract<PlatformScan, { is: 'passed' }>, 'is'>,
): Promise<ScannedPlatform> {
  const name = formatPlatform(platform.platform);
  const { place } = image;
  const stored = await storeDocument(atImage(world, place), loaded.trust, {
    role: 'scan',
    ...companionName(world, place),
    platform: name,
    subject: await resolveOrFail(place.repository, platform.digest, `the ${name} image`),
    predicateType: predicateTypes.scan,
    statement: bytes,
  });
  return { platform, stored };
}

async function readVex(world: ReadWorld, loaded: LoadedPolicy, policy: ScanPolicy): Promise<readonly VexStatement[]> {
  const statements: VexStatement[] = [];
  for (const path of policy.vex) {
    const bytes = await world.git.readFile(loaded.commit, path);
    const parsed = bytes && parseOpenVex(new TextDecoder().decode(bytes));
    if (parsed?.is !== 'ok')
      throw new CutwaterError(
        'INPUT_INVALID',
        `Cannot read ${quote(path)}: it ${parsed?.reason ?? 'is not on the protected branch'}, an OpenVEX document is wanted`,
      );
    statements.push(...parsed.value);
  }
  return statements;
}

async function readContent(
  { place: { repository }, name }: ScannedImage,
  { digest, platform }: PlatformImage,
): Promise<ScanFacts['image']> {
  return { purl: imagePurl({ name, digest, platform }), ...(await readImageContent(repository, digest)) };
}

function remarksOf(judgement: ScanJudgement): readonly string[] {
  return judgement.is === 'unusable' ? [] : judgement.remarks;
}

function linesOf(judgement: Extract<ScanJudgement, { is: 'failed' }>): readonly string[] {
  return [...judgement.reasons, ...judgement.blocking.map(describeFinding)];
}

function refused(policy: ScanPolicy, failures: readonly string[]): CutwaterError {
  const shown = failures.slice(0, shownFindings);
  const more = failures.length - shown.length;
  return new CutwaterError(
    'SCAN_FAILED',
    `Cannot publish the image: ${failures.length} finding${failures.length === 1 ? '' : 's'}, none at "${policy.failOn}" or above is allowed`,
    { details: more === 0 ? shown : [...shown, `and ${more} more`] },
  );
}

const shownFindings = 50;
