import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { sourceMembers } from '../../domain/build-source.ts';
import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { parseImageManifest } from '../../domain/oci-manifest.ts';
import type { PartIndex } from '../../domain/part-index.ts';
import { faultInPartImage, readPartIndex } from '../../domain/part-index.ts';
import type { PartRecord } from '../../domain/part-record.ts';
import type { Platform } from '../../domain/platform.ts';
import { formatPlatform } from '../../domain/platform.ts';
import { escapeText } from '../../domain/quote.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import type { WantedPart } from '../../estate/judge-part.ts';
import { faultInPart } from '../../estate/judge-part.ts';
import type { PartSource } from '../../estate/registry-tags.ts';
import { partTag } from '../../estate/registry-tags.ts';
import { readPartRecord } from '../../report/documents/part-statement.ts';
import { documentLimit, readWhole } from '../facts/read-artifact.ts';
import { findDocuments } from '../facts/signed-documents.ts';
import type { ReleaseWorld } from '../world.ts';
import type { BuildOrder } from './build-image.ts';
import { commitBuildOf, policyDigest } from './build-image.ts';

/** The image of one platform that a job of its own has built for this very release or commit. */
export interface Part extends PartIndex {
  readonly platform: Platform;
  /** Of the part's own index. */
  readonly index: Digest;
  /** Who built it, as a URI. */
  readonly builder: string;
}

export type PartWorld = Pick<ReleaseWorld, 'git' | 'repository' | 'bundleVerifier'>;

/**
 * The part that the registry holds for a platform. Its tag is nobody's word: what it points at counts by what CI signed about
 * it, and by what it is. Throws VERIFICATION_FAILED for anything else under that name, so that it is never passed over in silence.
 */
export async function findPart(world: PartWorld, order: BuildOrder, platform: Platform): Promise<Part | undefined> {
  const tag = partTag(partSourceOf(order), platform);
  const held = await world.repository.resolve(tag);
  if (held === undefined) return undefined;
  const found = await readPart(world, order, { platform, index: held.digest });
  if (found.is === 'ok') return found.value;
  const what = `${formatPlatform(platform)} of ${nameOf(order)}`;
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot take image ${held.digest} as ${what}: ${tag} points at it, but ${found.reason}`,
    {
      hint: `Find out who wrote ${tag}, or whether the key of its part has left trust.ci since; point it back or remove it in the registry: then that platform is built again`,
    },
  );
}

/** What the parts of a build are kept for. */
export function partSourceOf({ commit, source }: Pick<BuildOrder, 'commit' | 'source'>): PartSource {
  return source.kind === 'tag' ? { kind: 'release', object: source.object } : { kind: 'commit', commit };
}

function nameOf({ commit, source }: BuildOrder): string {
  return source.kind === 'tag' ? source.name : `commit ${commit.slice(0, 12)}`;
}

interface HeldPart {
  readonly platform: Platform;
  readonly index: Digest;
}

async function readPart(world: PartWorld, order: BuildOrder, held: HeldPart): Promise<Parsed<Part>> {
  const { platform, index } = held;
  const record = await findRecord(world, order, held);
  if (record.is === 'refused') return record;
  const manifest = await world.repository.readManifest(index);
  const read = manifest === undefined ? refuse('is gone') : readPartIndex(manifest, platform);
  if (read.is === 'refused') return refuse(`it ${escapeText(read.reason)}`);
  const { entry, annotations } = read.value;
  const { manifest: signed, builder } = record.value;
  if (entry.digest !== signed) return refuse(`it lists ${entry.digest}, CI signed it for ${signed}`);
  const fault =
    faultInAnnotations(annotations, (await commitBuildOf(world.git, order)).annotations) ??
    (await faultInImage(world.repository, entry.digest, platform));
  return fault === undefined
    ? accept({ platform, index, entry, annotations, builder: builder.id })
    : refuse(escapeText(fault));
}

/** What CI signed about it for this build. Of several records, and there is one from each run, the first that fits. */
async function findRecord(
  { git, repository, bundleVerifier }: PartWorld,
  { commit, loaded, source }: BuildOrder,
  { platform, index: subject }: HeldPart,
): Promise<Parsed<PartRecord>> {
  const predicateType = predicateTypes.part;
  const documents = await findDocuments({ repository, bundleVerifier, trust: loaded.trust, subject, predicateType });
  const wanted: WantedPart = {
    project: loaded.policy.project,
    image: formatImageName(repository.name),
    platform: formatPlatform(platform),
    index: subject,
    ...sourceMembers(source),
    commit,
    policy: await policyDigest(git, commit),
  };
  const faults: string[] = [];
  for (const { statement } of documents) {
    const record = readPartRecord(statement);
    const fault = record.is === 'ok' ? faultInPart(record.value, wanted) : `what CI signed ${record.reason}`;
    if (record.is === 'ok' && fault === undefined) return record;
    faults.push(escapeText(fault ?? ''));
  }
  return refuse(faults[0] ?? `no CI key signed that it was built for this ${source.kind === 'tag' ? 'tag' : 'commit'}`);
}

/** A builder may add to these, as the base image does; what they say themselves is the same in each part. */
function faultInAnnotations(found: PartIndex['annotations'], wanted: PartIndex['annotations']): string | undefined {
  const other = Object.entries(wanted).find(([name, value]) => found[name] !== value);
  return other && `it says ${found[other[0]] ?? 'nothing'} of ${other[0]}, ${other[1]} is wanted`;
}

/** Whether the image is what its index says: programs are started by what the configuration says. */
async function faultInImage(
  repository: PartWorld['repository'],
  digest: Digest,
  platform: Platform,
): Promise<string | undefined> {
  try {
    const manifest = await repository.readManifest(digest);
    const image = manifest === undefined ? refuse('is gone') : parseImageManifest(manifest);
    if (image.is === 'refused') return `its image ${digest} ${image.reason}`;
    const { config } = image.value;
    if (config.size > documentLimit) return `its configuration is above ${documentLimit} bytes`;
    return faultInPartImage(image.value, await readWhole(repository.readBlob(config)), platform);
  } catch (error) {
    if (isCutwaterError(error, 'CONTENT_MISSING')) return `a piece of its image ${digest} is missing`;
    throw error;
  }
}
