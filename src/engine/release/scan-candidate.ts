import { CutwaterError } from '../../domain/error.ts';
import { parseImageConfig } from '../../domain/image-config.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { imagePurl } from '../../domain/image-purl.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
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
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readWhole, resolveOrFail } from '../facts/read-artifact.ts';
import type { StoredDocument } from '../facts/signed-documents.ts';
import { storeDocument } from '../facts/signed-documents.ts';
import type { ReadWorld, ReleaseWorld } from '../world.ts';

export interface ScannedPlatform {
  readonly platform: PlatformImage;
  readonly stored: StoredDocument;
}

export interface ScanOrder {
  readonly loaded: LoadedPolicy;
  /** `host/name`, as the statement says it. */
  readonly image: Parameters<typeof imagePurl>[0]['name'];
  readonly platforms: readonly PlatformImage[];
  /** The tag's commit, where a recorded scan lies. */
  readonly commit: ObjectId;
  readonly sbomOf: (platform: PlatformImage) => SbomFacts;
}

/**
 * Scans the image of every platform and signs what passed. What may be there is decided by the protected branch, never by
 * the tagged tree. All platforms are looked at before the release is refused. Throws SCAN_FAILED with every finding that
 * stops it, SCAN_BROKEN where nothing can be said.
 */
export async function scanCandidate(world: ReleaseWorld, order: ScanOrder): Promise<readonly ScannedPlatform[]> {
  const { loaded, platforms } = order;
  const { scan: policy } = loaded.policy;
  if (policy === undefined) return [];
  const vex = await readVex(world, loaded, policy);
  const passed: { platform: PlatformImage; bytes: Uint8Array }[] = [];
  const failures: string[] = [];
  for (const platform of platforms) {
    const name = formatPlatform(platform.platform);
    world.report({ type: 'stage', name: 'scan', detail: name });
    const descriptor = await resolveOrFail(world.repository, platform.digest, `the ${name} image`);
    const target = { repository: world.repository, manifest: descriptor, platform: platform.platform };
    const report = await world.scanner(policy, order.commit).scan(target);
    const image = await readContent(world, order, platform);
    const facts = { policy, report, image, vex, sbom: order.sbomOf(platform), now: world.now };
    const judgement = judgeScan(facts);
    for (const text of remarksOf(judgement)) world.report({ type: 'note', level: 'warning', text: `${name}: ${text}` });
    switch (judgement.is) {
      case 'unusable':
        throw new CutwaterError('SCAN_BROKEN', `Cannot use the scan of the ${name} image: ${judgement.reason}`);
      case 'failed':
        failures.push(...linesOf(judgement).map((line) => `${name}: ${line}`));
        break;
      case 'passed': {
        const { excused, remarks } = judgement;
        const about = { image: formatImageName(order.image), platform: name, digest: platform.digest };
        const statement = scanStatement({ ...about, report, policy, excused, remarks });
        passed.push({ platform, bytes: statementBytes(statement) });
      }
    }
  }
  if (failures.length > 0) throw refused(policy, failures);
  return Promise.all(passed.map((one) => sign(world, loaded, one)));
}

async function sign(
  world: ReleaseWorld,
  loaded: LoadedPolicy,
  { platform, bytes }: { readonly platform: PlatformImage; readonly bytes: Uint8Array },
): Promise<ScannedPlatform> {
  const name = formatPlatform(platform.platform);
  const stored = await storeDocument(world, loaded.trust, {
    role: 'scan',
    platform: name,
    subject: await resolveOrFail(world.repository, platform.digest, `the ${name} image`),
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
  world: ReadWorld,
  order: ScanOrder,
  { digest, platform }: PlatformImage,
): Promise<ScanFacts['image']> {
  const manifest = await world.repository.readManifest(digest);
  const parsed = manifest && parseImageManifest(manifest);
  if (parsed?.is !== 'ok')
    throw new CutwaterError('IMAGE_INVALID', `Cannot read image ${digest}: it ${parsed?.reason ?? 'is gone'}`);
  const config = parseImageConfig(await readWhole(world.repository.readBlob(parsed.value.config)));
  if (config.is === 'refused')
    throw new CutwaterError('IMAGE_INVALID', `Cannot read image ${digest}: its configuration ${config.reason}`);
  const purl = imagePurl({ name: order.image, digest, platform });
  return { purl, config: parsed.value.config.digest, diffIds: config.value.diffIds };
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
