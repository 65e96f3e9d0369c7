import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { Step } from '../../plan/step.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { copyImage } from './copy-image.ts';
import type { MirrorGap } from './mirror-gaps.ts';
import { companionGaps, fixedGaps, mirroredAliases, nameGaps } from './mirror-gaps.ts';
import type { CompanionEstate, Estate } from '../facts/gather-estate.ts';
import { atImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { runTogether } from '../run-together.ts';
import type { JointStep } from '../run-together.ts';
import type { ImagePlace, ReadWorld } from '../world.ts';

/** A mirror that is not as the registry is, and why it could not be brought in line. */
export interface MirrorFailure {
  readonly mirror: string;
  readonly error: CutwaterError;
}

/**
 * Brings every mirror in line with the registry, by digest: committed releases with all that refers to them, stored
 * decisions, then the aliases as the registry has them, but for those that hold what nobody vouches for. Mirrors decide nothing. One
 * that fails holds up no other; the failures are given back, since by then everything that decides is right.
 */
export async function fillMirrors(
  world: ReadWorld,
  loaded: LoadedPolicy,
  estate: Estate,
): Promise<readonly MirrorFailure[]> {
  const failures: MirrorFailure[] = [];
  for (const { place, mirror } of mirrorsOf(world))
    try {
      const copied = new Set<Digest>();
      const at = atImage(world, place);
      for (const group of (await gapsOf(world, loaded, { estate, place, mirror })).groups)
        failures.push(...(await fillGroup(at, group, { mirror, copied })));
      await followNames(at, namesOf(world, estate, place), { mirror, copied });
    } catch (error) {
      if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
      failures.push({ mirror: formatImageName(mirror.name), error });
    }
  return failures;
}

export interface PlacedMirror {
  /** The image it is filled from. */
  readonly place: ImagePlace;
  readonly mirror: ImageRepository;
}

/** Every mirror of every image, those of the first image first. */
export function mirrorsOf(world: ReadWorld): readonly PlacedMirror[] {
  return [world, ...world.companions].flatMap((place) => place.mirrors.map((mirror) => ({ place, mirror })));
}

function gapsOf(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, place, mirror }: PlacedMirror & { readonly estate: Estate },
): ReturnType<typeof fixedGaps> {
  if (place.repository === world.repository) return fixedGaps(world, loaded, { estate, mirror });
  const companion = companionAt(estate, place);
  // What could not be read fills no mirror.
  if (companion === undefined) return Promise.resolve({ groups: [], there: new Set() });
  return companionGaps(world, loaded, { estate, companion, mirror });
}

function namesOf(world: ReadWorld, estate: Estate, place: ImagePlace): readonly ImageTag[] {
  const own = place.repository === world.repository ? estate : companionAt(estate, place);
  return own === undefined ? [] : mirroredAliases(own);
}

function companionAt({ companions }: Estate, { repository }: ImagePlace): CompanionEstate | undefined {
  return companions.find(({ place }) => place.repository === repository);
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
  const mirrors = [...new Set(failures.map(({ mirror }) => mirror))];
  const isRefused = failures.every(({ error }) => error.exit === exitCodes.refused);
  throw new CutwaterError('MIRROR_INCOMPLETE', `Cannot fill ${mirrors.join(', ')}: the registry itself is right`, {
    details: failures.map(({ mirror, error }) => `${mirror}: ${error.message}`),
    hint: isRefused
      ? `Look into what is named above; everything else is there. Then run 'cutwater ${again}' again`
      : `Run 'cutwater ${again}' again once the mirror answers; nothing else is left to do`,
    cause: failures[0]?.error,
  });
}

/** What a mirror lacks, as steps. */
export async function mirrorSteps(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, place, mirror }: PlacedMirror & { readonly estate: Estate },
): Promise<readonly Step[]> {
  const { groups, there } = await gapsOf(world, loaded, { estate, place, mirror });
  const fixed = groups.flat().filter((gap) => !there.has(gap.imageTag));
  return [...fixed, ...(await nameGaps(place, namesOf(world, estate, place), mirror))].map((gap) =>
    stepOf(mirror, gap),
  );
}

interface Filling {
  readonly mirror: ImageRepository;
  /** Images that are whole on the mirror since this run. */
  readonly copied: Set<Digest>;
}

/**
 * The names of one release, in order. One that has a hole, or whose name is taken by something else, gets no further name
 * and holds up no other release and no alias. A mirror that does not answer is given up.
 */
async function fillGroup(
  world: ReadWorld,
  group: readonly MirrorGap[],
  filling: Filling,
): Promise<readonly MirrorFailure[]> {
  try {
    for (const gap of group) await close(world, { ...filling, gaps: [gap] });
    return [];
  } catch (error) {
    if (!isCutwaterError(error) || error.exit !== exitCodes.refused) throw error;
    return [{ mirror: formatImageName(filling.mirror.name), error }];
  }
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
