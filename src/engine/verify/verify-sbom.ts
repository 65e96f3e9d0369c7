import { isCutwaterError } from '../../domain/error.ts';
import { formatImageName, parseImageName } from '../../domain/image-name.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ReleasePredicate, ReleasedDocument } from '../../domain/release-statement.ts';
import { imageOfBinary } from '../../domain/release-statement.ts';
import { coreVersion, readVersion, formatVersion } from '../../domain/version.ts';
import type { ToolInventory } from '../../domain/tool-inventory.ts';
import type { SbomRequest } from '../../ports/sbom-maker.ts';
import { compareSboms, describeDifference } from '../../report/documents/judge-sbom.ts';
import type { Sbom } from '../../report/documents/read-sbom.ts';
import { readSbom } from '../../report/documents/read-sbom.ts';
import { parseStatement } from '../../report/documents/statement.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { sbomFile } from '../release/candidate-documents.ts';
import type { PlacedDocument } from '../release/released-documents.ts';
import { documentAssetNames, documentsOf } from '../release/released-documents.ts';
import { guardedParts } from './guarded-check.ts';
import { rerunTools } from './rerun-tools.ts';
import { policyFile, readPolicyAt } from '../facts/load-policy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readLockFiles } from '../release/lock-files.ts';
import { readArtifact } from '../facts/read-artifact.ts';
import { atImage } from '../facts/image-places.ts';
import type { ImagePlace, VerifyWorld } from '../world.ts';

/**
 * Makes every SBOM again, from the image and, where this clone has the commit that was built, from its lock files, and
 * compares what is in it. Each layer of each platform is downloaded twice for it. What other programs found is looked for by
 * them again, where they are here.
 */
export async function remakeSboms(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  release: ReleasePredicate,
): Promise<readonly Check[]> {
  return eachSbom(world, release, { title: 'sbom contents', check: (at, asked) => remakeSbom(at, loaded, asked) });
}

async function remakeSbom(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  asked: AskedDocument,
): Promise<readonly [Check, ...Check[]]> {
  const { name, document, prefix } = asked;
  const stated = (await readSigned(world, loaded, document))?.sbom;
  if (stated === undefined) return [failed(name, 'the signed SBOM cannot be read')];
  const commit = await readCommit(world, asked);
  const remake = (tools: readonly ToolInventory[]): Promise<Sbom> => makeAgain(world, asked, { commit, tools });
  const contents = compareContents(name, { stated, made: await remake([]), commit });
  const platform = document.platform ?? '';
  return [contents, ...(await rerunTools(world, { prefix, platform, digest: document.subject, stated, remake }))];
}

function compareContents(
  name: string,
  { stated, made, commit }: { readonly stated: Sbom; readonly made: Sbom; readonly commit: BuildCommit },
): Check {
  const sources = nameSources(commit);
  const { onlyStated, onlyMade } = compareSboms(stated, made, { lockFiles: commit.is === 'here' });
  const differences = describeDifference({ onlyStated, onlyMade });
  const own = stated.components.filter(({ sightings }) => sightings.some(({ tool }) => tool === 'cutwater'));
  if (differences === undefined)
    return passed(name, `made again from ${sources} it has the same components, ${own.length} of them`);
  const says = `made again from ${sources}: ${differences}`;
  if (stated.toolVersion === made.toolVersion) return failed(name, says);
  // Another version may read more, or less; that makes no release wrong.
  return {
    name,
    is: 'warning',
    says: `by version ${made.toolVersion} in place of ${stated.toolVersion} ${says}`,
  };
}

function nameSources(commit: BuildCommit): string {
  if (commit.is === 'unknown') return `the image alone (${commit.why})`;
  return commit.lockFiles.length === 0 ? 'the image' : 'the image and the lock files';
}

/** The files that people download say what CI signed: the CycloneDX file to the byte, the SPDX file as it is made of it. */
export async function checkSbomFiles(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  release: ReleasePredicate,
): Promise<readonly Check[]> {
  const check = async (at: VerifyWorld, asked: AskedDocument): Promise<readonly [Check]> => [
    await compareFiles(at, loaded, asked),
  ];
  return eachSbom(world, release, { title: 'sbom files', check });
}

async function compareFiles(world: VerifyWorld, loaded: LoadedPolicy, asked: AskedDocument): Promise<Check> {
  const { name, release, document } = asked;
  const signed = await readSigned(world, loaded, document);
  if (signed === undefined) return failed(name, 'the signed SBOM cannot be read');
  const { cyclonedx = '', spdx = '' } = documentAssetNames(document, asked.prefix);
  const digests = new Map(release.assets.map((asset) => [asset.name, asset.digest]));
  if (digests.get(cyclonedx) !== digestOf(sbomFile(signed.payload, cyclonedx)))
    return failed(name, `${cyclonedx} is not what is signed`);
  // Releases of before it was made have none.
  if (!digests.has(spdx)) return passed(name, `${cyclonedx} is what is signed`);
  if (digests.get(spdx) === digestOf(sbomFile(signed.payload, spdx)))
    return passed(name, `${cyclonedx} is what is signed, ${spdx} says the same`);
  if (signed.sbom.toolVersion === world.sbomMaker.toolVersion)
    return failed(name, `${spdx} does not say what is signed`);
  const says = `${spdx} was written by version ${signed.sbom.toolVersion}, in another way than this one writes it`;
  return { name, is: 'warning', says };
}

interface AskedDocument extends Pick<PlacedDocument, 'document' | 'image' | 'prefix'> {
  readonly name: string;
  readonly release: ReleasePredicate;
}

/** Checks of each SBOM, made in the repository of its image. */
async function eachSbom(
  world: VerifyWorld,
  release: ReleasePredicate,
  {
    title,
    check,
  }: {
    readonly title: string;
    readonly check: (world: VerifyWorld, asked: AskedDocument) => Promise<readonly [Check, ...Check[]]>;
  },
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { place, ...sbom } of sbomsOf(world, release)) {
    const name = `${sbom.prefix}${title} ${sbom.document.platform ?? ''}`.trim();
    checks.push(...(await guardedParts(name, () => check(atImage(world, place), { ...sbom, name, release }))));
  }
  return checks;
}

/** The SBOMs of every image whose repository is known. */
function sbomsOf(
  world: VerifyWorld,
  release: ReleasePredicate,
): readonly (PlacedDocument & { readonly place: ImagePlace })[] {
  return documentsOf(world, release).flatMap(({ place, ...about }) =>
    place !== undefined && about.document.role === 'sbom' ? [{ ...about, place }] : [],
  );
}

async function readSigned(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  document: ReleasedDocument,
): Promise<{ readonly sbom: Sbom; readonly payload: Uint8Array } | undefined> {
  const artifact = await readArtifact(world.repository, document.referrer);
  if (artifact?.is !== 'ok') return undefined;
  const verdict = await world.bundleVerifier.verifyStatement(artifact.value.content, loaded.trust);
  if (verdict.is === 'rejected' || digestOf(verdict.payload) !== document.payload) return undefined;
  const statement = parseStatement(verdict.payload);
  const sbom = statement.is === 'ok' ? readSbom(statement.value.predicate) : statement;
  return sbom.is === 'ok' ? { sbom: sbom.value, payload: verdict.payload } : undefined;
}

type BuildCommit =
  | { readonly is: 'here'; readonly lockFiles: SbomRequest['lockFiles']; readonly timestamp: number }
  | { readonly is: 'unknown'; readonly why: string };

async function readCommit(
  { git }: VerifyWorld,
  { image: { name }, release: { build } }: AskedDocument,
): Promise<BuildCommit> {
  try {
    if ((await git.commitOf(build.commit)) === undefined)
      return { is: 'unknown', why: `this clone does not have commit ${build.commit}` };
    const policy = await readPolicyAt(git, build.commit, policyFile);
    const image = policy.images.find((one) => formatImageName(one.name) === name);
    const lockFiles = await readLockFiles(git, { policy, image }, build.commit);
    return { is: 'here', lockFiles, timestamp: await git.commitTime(build.commit) };
  } catch (error) {
    if (isCutwaterError(error, 'NOT_A_REPOSITORY')) return { is: 'unknown', why: 'no clone' };
    if (isCutwaterError(error, 'CONFIG_INVALID')) return { is: 'unknown', why: 'its policy cannot be read any more' };
    throw error;
  }
}

async function makeAgain(
  world: VerifyWorld,
  { release, document, image: { name } }: AskedDocument,
  { commit, tools }: { readonly commit: BuildCommit; readonly tools: readonly ToolInventory[] },
): Promise<Sbom> {
  const image = parseImageName(name);
  if (image.is === 'refused') throw new Error(`A release statement names an image that ${image.reason}`);
  const platform = document.platform ?? '';
  const bytes = await world.sbomMaker.makeSbom({
    project: release.project,
    version: formatVersion(coreVersion(readVersion(release.version))),
    image: image.value,
    platform,
    manifest: document.subject,
    lockFiles: commit.is === 'here' ? commit.lockFiles : [],
    binaries: release.binaries.filter(
      (binary) => binary.platform === platform && imageOfBinary(release, binary)?.name === name,
    ),
    readImage: (wish) => world.imageFiles.inventory(world.repository, document.subject, wish),
    tools,
    timestamp: commit.is === 'here' ? commit.timestamp : 0,
  });
  const made = readSbom(JSON.parse(new TextDecoder().decode(bytes)));
  if (made.is === 'refused') throw new Error(`An SBOM that was just made ${made.reason}`);
  return made.value;
}
