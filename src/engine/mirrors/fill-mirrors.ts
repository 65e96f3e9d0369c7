import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName, imageTag } from '../../domain/image-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { readRegistryTag, shaTag, statementTag, versionTag } from '../../estate/registry-tags.ts';
import type { Step } from '../../plan/step.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { copyImage } from './copy-image.ts';
import type { Estate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readRecord } from '../facts/read-record.ts';
import { runTogether } from '../run-together.ts';
import type { JointStep } from '../run-together.ts';
import type { ReadWorld } from '../world.ts';

/** A mirror that is not as the registry is, and why it could not be brought in line. */
export interface MirrorFailure {
  readonly mirror: string;
  readonly error: CutwaterError;
}

/** Names that one mirror lacks, in the order in which they may appear there: a statement after what it speaks of. */
export interface MirrorGap {
  readonly imageTag: ImageTag;
  readonly digest: Digest;
  /** Aliases move; every other name holds one digest for ever. */
  readonly moves: boolean;
}

/**
 * Brings every mirror in line with the registry, by digest: committed releases with all that refers to them, stored
 * decisions, then the aliases as the registry has them. Mirrors know nothing of their own and decide nothing. One that
 * fails holds up no other; the failures are given back, since by then everything that decides is right.
 */
export async function fillMirrors(
  world: ReadWorld,
  loaded: LoadedPolicy,
  estate: Estate,
): Promise<readonly MirrorFailure[]> {
  const failures: MirrorFailure[] = [];
  for (const mirror of world.mirrors)
    try {
      const copied = new Set<Digest>();
      for (const gap of (await fixedGaps(world, loaded, { estate, mirror })).gaps)
        await close(world, { mirror, gaps: [gap], copied });
      await followNames(world, aliasNames(estate), { mirror, copied });
    } catch (error) {
      if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
      failures.push({ mirror: formatImageName(mirror.name), error });
    }
  return failures;
}

/** Brings names that are no release's to every mirror as the registry has them: a build of the branch, its channels. */
export async function mirrorNames(world: ReadWorld, names: readonly ImageTag[]): Promise<readonly MirrorFailure[]> {
  const failures: MirrorFailure[] = [];
  for (const mirror of world.mirrors)
    try {
      await followNames(world, names, { mirror, copied: new Set() });
    } catch (error) {
      if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
      failures.push({ mirror: formatImageName(mirror.name), error });
    }
  return failures;
}

/** One error for all mirrors that are behind; `again` is the command that fills them. */
export function failOnMirrors(failures: readonly MirrorFailure[], again: 'reconcile' | 'edge' = 'reconcile'): void {
  if (failures.length === 0) return;
  throw new CutwaterError(
    'MIRROR_INCOMPLETE',
    `Cannot fill ${failures.map(({ mirror }) => mirror).join(', ')}: the registry itself is right`,
    {
      details: failures.map(({ mirror, error }) => `${mirror}: ${error.message}`),
      hint: `Run 'cutwater ${again}' again once the mirror answers; nothing else is left to do`,
      cause: failures[0]?.error,
    },
  );
}

/** What a mirror lacks, as steps. */
export async function mirrorSteps(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, mirror }: { readonly estate: Estate; readonly mirror: ImageRepository },
): Promise<readonly Step[]> {
  const { gaps, there } = await fixedGaps(world, loaded, { estate, mirror });
  const fixed = gaps.filter((gap) => !there.has(gap.imageTag));
  return [...fixed, ...(await nameGaps(world, aliasNames(estate), mirror))].map((gap) => stepOf(mirror, gap));
}

/** All names of each release that is not whole there, those too that the mirror holds: they may hold something else. */
async function fixedGaps(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, mirror }: { readonly estate: Estate; readonly mirror: ImageRepository },
): Promise<{ readonly gaps: readonly MirrorGap[]; readonly there: ReadonlySet<ImageTag> }> {
  const there = new Set(await mirror.listTags());
  const gaps: MirrorGap[] = [];
  for (const version of estate.stated.toReversed())
    if (!isWhole(estate, there, version))
      for (const tag of await tagsOf(world, loaded, { estate, version })) gaps.push(...(await gapOf(world, tag)));
  for (const tag of estate.imageTags)
    if (readRegistryTag(tag).kind === 'decision' && !there.has(tag)) gaps.push(...(await gapOf(world, tag)));
  return { gaps, there };
}

/** The statement is the last name of a release that a mirror gets, so one look at the list tells. */
function isWhole(estate: Estate, there: ReadonlySet<ImageTag>, version: Version): boolean {
  const statement = statementTag(version);
  return there.has(estate.imageTags.includes(statement) ? statement : versionTag(version));
}

/** The fixed names of a release, the statement last. A statement that does not count is no reason to copy anything. */
async function tagsOf(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, version }: { readonly estate: Estate; readonly version: Version },
): Promise<readonly ImageTag[]> {
  const statement = statementTag(version);
  if (!estate.imageTags.includes(statement)) return [versionTag(version)];
  const record = await readRecord(world, loaded, version);
  if (record.is !== 'valid') return isVouched(estate, version) ? [versionTag(version), statement] : [];
  const sha = shaTag(record.release.build.commit, loaded.policy.channels.sha);
  const names = [versionTag(version), sha, statement];
  return names.filter((tag) => estate.imageTags.includes(tag));
}

/** A checkpoint stands in for signatures whose keys no longer count. */
function isVouched({ decisions }: Estate, version: Version): boolean {
  const name = formatVersion(version);
  return decisions.checkpoints.some(({ entries }) =>
    entries.some((entry) => entry.digest !== undefined && formatVersion(entry.version) === name),
  );
}

async function gapOf(world: ReadWorld, tag: ImageTag): Promise<readonly MirrorGap[]> {
  const digest = (await world.repository.resolve(tag))?.digest;
  return digest === undefined ? [] : [{ imageTag: tag, digest, moves: false }];
}

function aliasNames({ aliases }: Estate): readonly ImageTag[] {
  return aliases.map(({ alias }) => imageTag(alias.name));
}

async function nameGaps(
  world: ReadWorld,
  names: readonly ImageTag[],
  mirror: ImageRepository,
): Promise<readonly MirrorGap[]> {
  const looks = await Promise.all(
    names.map(async (tag): Promise<readonly MirrorGap[]> => {
      const [here, there] = await Promise.all([world.repository.resolve(tag), mirror.resolve(tag)]);
      if (here === undefined || here.digest === there?.digest) return [];
      return [{ imageTag: tag, digest: here.digest, moves: true }];
    }),
  );
  return looks.flat();
}

interface Filling {
  readonly mirror: ImageRepository;
  /** Images that are whole on the mirror since this run. */
  readonly copied: Set<Digest>;
}

/** Look, put, and look again: the registry's names may move meanwhile, and the mirror must not be left on old ones. */
async function followNames(world: ReadWorld, names: readonly ImageTag[], filling: Filling): Promise<void> {
  for (let round = 0; round < aliasRounds; round += 1) {
    const gaps = await nameGaps(world, names, filling.mirror);
    if (gaps.length === 0) return;
    for (const digest of new Set(gaps.map((gap) => gap.digest)))
      await close(world, { ...filling, gaps: gaps.filter((gap) => gap.digest === digest) });
  }
  throw new CutwaterError(
    'UNSTABLE',
    `Cannot settle the aliases of ${formatImageName(filling.mirror.name)}: they changed in each of ${aliasRounds} rounds`,
  );
}

/** Copies an image and gives it the names that are missing, all of one digest. */
async function close(
  world: ReadWorld,
  { mirror, copied, gaps }: Filling & { readonly gaps: readonly MirrorGap[] },
): Promise<void> {
  const tried = new Set<MirrorGap>();
  const joints = gaps.map((gap): MirrorJoint => ({
    gap,
    step: stepOf(mirror, gap),
    observe: () => look(mirror, gap, tried),
  }));
  const apply = async (absent: readonly MirrorJoint[]): Promise<void> => {
    const [first] = absent;
    if (first === undefined) return;
    const { digest, moves } = first.gap;
    const { repository: from, signal } = world;
    if (!copied.has(digest)) await copyImage({ from, to: mirror, digest, referrers: true, signal });
    copied.add(digest);
    const manifest = await mirror.readManifest(digest);
    if (manifest === undefined)
      throw new CutwaterError(
        'BAD_REPLY',
        `Cannot tag ${digest} in ${formatImageName(mirror.name)}: it was accepted, but is not there when read back`,
      );
    for (const { gap } of absent) tried.add(gap);
    const tags = absent.map(({ gap }) => gap.imageTag);
    await mirror.writeTags(manifest, tags, moves ? undefined : null);
  };
  await runTogether<MirrorJoint, Digest>(joints, apply, world);
}

interface MirrorJoint extends JointStep<Digest> {
  readonly gap: MirrorGap;
}

async function look(
  mirror: ImageRepository,
  gap: MirrorGap,
  tried: ReadonlySet<MirrorGap>,
): ReturnType<MirrorJoint['observe']> {
  const found = (await mirror.resolve(gap.imageTag))?.digest;
  if (found === gap.digest) return { is: 'present', evidence: found };
  if (found === undefined) return { is: 'absent' };
  // Another run put something else there since: the next look at the registry says who is right.
  if (gap.moves) return tried.has(gap) ? { is: 'present', evidence: found } : { is: 'absent' };
  const name = `${formatImageName(mirror.name)}:${gap.imageTag}`;
  const error = new CutwaterError(
    'DIGEST_CONFLICT',
    `Cannot fill ${name}: it is ${found} already, ${gap.digest} was published`,
  );
  return { is: 'conflict', error };
}

function stepOf(mirror: ImageRepository, { imageTag: tag, digest }: MirrorGap): Extract<Step, { kind: 'mirror' }> {
  return { kind: 'mirror', mirror: formatImageName(mirror.name), imageTag: tag, digest };
}

const aliasRounds = 5;
