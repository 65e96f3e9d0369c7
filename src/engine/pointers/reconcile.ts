import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import { imageTag } from '../../domain/image-name.ts';
import { formatVersion } from '../../domain/version.ts';
import type { CommittedRelease } from '../../estate/judge-alias.ts';
import { overruleRefusal } from '../../estate/judge-alias.ts';
import { decisionTag, evidenceTag } from '../../estate/registry-tags.ts';
import { aliasStep, latestRelease } from '../../plan/pointer-steps.ts';
import type { Step } from '../../plan/step.ts';
import type { ListedRelease } from '../../ports/forge.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { bannerSteps } from './banner-steps.ts';
import { failOnMirrors, fillMirrors } from '../mirrors/fill-mirrors.ts';
import { everyAlias, gatherEstate } from '../facts/gather-estate.ts';
import type { AliasState, Estate } from '../facts/gather-estate.ts';
import { placeOfImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { runStep } from '../run-step.ts';
import type { AliasStep } from '../steps/alias.ts';
import { aliasGroups, moveAliases } from '../steps/alias.ts';
import { bannerHandler } from '../steps/banner.ts';
import { decisionHandler } from '../steps/decision.ts';
import { latestHandler } from '../steps/forge.ts';
import type { ReadWorld } from '../world.ts';

/** How often pointers are judged anew before the run gives up: each further round means someone else changed something. */
export const reconcileRounds = 5;

export interface ReconcileResult {
  readonly estate: Estate;
  /** Effects of this run, in order. */
  readonly done: readonly Step[];
  readonly rounds: number;
}

export interface ReconcileOptions {
  /** A release this run just committed: it counts even where the registry's list of tags does not show it yet. */
  readonly released?: CommittedRelease;
  /** Aliases whose present digest a person named and wants replaced, whatever it is. */
  readonly replace?: ReadonlyMap<string, Digest>;
}

/**
 * Brings aliases, the latest flag, banners and stored decisions in line with the decisions, and nothing else: read, judge,
 * look, put, and read again until a round changes nothing. Idempotent and free of order. Aliases that must not move are
 * left and reported together at the end, as one error, after everything else is right; so is a
 * pointer that cannot be moved. Mirrors are filled at the very end; one that cannot be is MIRROR_INCOMPLETE.
 */
export async function reconcile(
  world: ReadWorld,
  loaded: LoadedPolicy,
  options: ReconcileOptions = {},
): Promise<ReconcileResult> {
  const done: Step[] = [];
  let refusedBefore = '';
  for (let round = 1; round <= reconcileRounds; round += 1) {
    const tags = await readProjectTags(world.git, loaded.policy, 'remote');
    const { released: planned, replace } = options;
    const gathered = await gatherEstate(world, loaded, { tags, ...(planned === undefined ? {} : { planned }) });
    const estate = replace === undefined ? gathered : overruled(gathered, replace);
    const before = done.length;
    const { settled, failures } = await movePointers(world, loaded, { estate, done });
    // What was listed may be older than the alias looked at after it: a refusal counts when a second reading finds the same.
    const refused = refusalKey(estate);
    const confirmed = refused === refusedBefore;
    refusedBefore = refused;
    if (!settled || done.length !== before || (refused !== '' && !confirmed)) continue;
    const behind = await fillMirrors(recording(world, done), loaded, estate);
    const [failure] = failures;
    failOnRefusals(estate);
    if (failure !== undefined) throw failure;
    failOnUnread(estate);
    failOnMirrors(behind);
    return { estate, done, rounds: round };
  }
  throw new CutwaterError(
    'UNSTABLE',
    `Cannot settle the aliases: others changed them in each of ${reconcileRounds} rounds`,
  );
}

/** Every pointer and record that is not as it should be, as steps. What `plan` shows and `reconcile` does. */
export async function pointerSteps(world: ReadWorld, loaded: LoadedPolicy, estate: Estate): Promise<readonly Step[]> {
  const releases = await world.forge.listReleases();
  const decisions = estate.decisions.unstored.map(({ name, tag }): Step => {
    return { kind: 'decision', imageTag: decisionTag(name, tag.object), tag: tag.name, object: tag.object };
  });
  const evidence = estate.unstoredEvidence.map(({ name, tag }): Step => {
    return { kind: 'decision', imageTag: evidenceTag(name, tag.object), tag: tag.name, object: tag.object };
  });
  const aliases = everyAlias(estate).flatMap(({ alias, judgement, image }) => aliasStep(alias, judgement, image) ?? []);
  const banners = await bannerSteps(world, loaded, { estate, releases });
  // Where a forge goes by dates nobody can move the flag: `doctor` says so.
  const isSettable = forgeCapabilities[world.forge.kind].latest === 'settable';
  const latest = isSettable ? latestRelease(estate.aliases) : undefined;
  const flag = latest !== undefined && (await isPublished(world, { releases, tag: latest }));
  const current = flag ? await world.forge.latest() : latest;
  return [
    ...decisions,
    ...evidence,
    ...aliases,
    ...(latest !== undefined && current !== latest ? [{ kind: 'latest', tag: latest } as const] : []),
    ...banners,
  ];
}

/** A list may be older than what another run published a moment ago: what it lacks is asked for by its name. */
async function isPublished(
  { forge }: ReadWorld,
  { releases, tag }: { readonly releases: readonly ListedRelease[]; readonly tag: string },
): Promise<boolean> {
  const listed = releases.find((release) => release.tag === tag && release.state === 'published');
  return (listed ?? (await forge.findRelease(tag)))?.state === 'published';
}

interface Moved {
  /** False where someone else changed an alias meanwhile. */
  readonly settled: boolean;
  /** What could not be done although the server answered; the rest was done all the same. */
  readonly failures: readonly CutwaterError[];
}

async function movePointers(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { estate, done }: { readonly estate: Estate; readonly done: Step[] },
): Promise<Moved> {
  let settled = true;
  const failures: CutwaterError[] = [];
  const run = recording(world, done);
  const steps = await pointerSteps(world, loaded, estate);
  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      // Without rights or an answer nothing else would go better.
      if (!isCutwaterError(error) || error.exit !== exitCodes.refused) throw error;
      failures.push(error);
    }
  };
  for (const step of steps) if (step.kind === 'decision') await attempt(() => storeDecision(run, estate, step));
  for (const group of aliasGroups(steps))
    await attempt(async () => {
      const outcomes = await moveAliases(repositoryOf(world, group), group, run);
      if (outcomes.includes('changed-meanwhile')) settled = false;
    });
  for (const step of steps)
    if (step.kind === 'latest') await attempt(() => runStep(step, latestHandler(world.forge, step.tag), run));
    else if (step.kind === 'banner') await attempt(() => runStep(step, bannerHandler(world.forge, step), run));
  return { settled, failures };
}

/** Where the aliases of a group lie; they are of one image. */
function repositoryOf(world: ReadWorld, [leader]: readonly AliasStep[]): ImageRepository {
  const image = leader?.kind === 'alias' ? leader.image : undefined;
  return (image === undefined ? undefined : placeOfImage(world, image))?.repository ?? world.repository;
}

/** What a person named by digest is given up, of whichever image it is. */
function overruled(estate: Estate, replace: ReadonlyMap<string, Digest>): Estate {
  const overrule = (states: readonly AliasState[]): readonly AliasState[] =>
    states.map((state) => ({
      ...state,
      judgement: overruleRefusal(state.judgement, replace.get(state.alias.name)),
    }));
  const companions = estate.companions.map((companion) => ({ ...companion, aliases: overrule(companion.aliases) }));
  return { ...estate, aliases: overrule(estate.aliases), companions };
}

/** The same world, in which every effect is noted. */
function recording(world: ReadWorld, done: Step[]): ReadWorld {
  return {
    ...world,
    report: (event) => {
      if (event.type === 'step-done') done.push(event.step);
      world.report(event);
    },
  };
}

async function storeDecision(
  world: ReadWorld,
  estate: Estate,
  step: Extract<Step, { kind: 'decision' }>,
): Promise<void> {
  const found = findSigned(estate, step);
  if (found?.raw === undefined) return;
  const subject = found.digest === undefined ? undefined : await world.repository.resolve(found.digest);
  const effect = { tag: imageTag(step.imageTag), raw: found.raw, subject };
  await runStep(step, decisionHandler(world.repository, effect), world);
}

/** The tag object of a step, and the image it speaks of. */
function findSigned(
  estate: Estate,
  { object }: Extract<Step, { kind: 'decision' }>,
): { readonly raw: Uint8Array | undefined; readonly digest: Digest | undefined } | undefined {
  const own = estate.unstoredEvidence.find(({ tag }) => tag.object === object);
  if (own !== undefined) return { raw: own.tag.raw, digest: own.evidence.digest };
  const found = estate.decisions.unstored.find(({ tag }) => tag.object === object);
  const decision = estate.decisions.decisions.find(
    ({ kind, number, version }) =>
      found?.name.kind === kind &&
      found.name.number === number &&
      formatVersion(found.name.version) === formatVersion(version),
  );
  return found && { raw: found.tag.raw, digest: decision?.digest };
}

function failOnUnread({ unread }: Estate): void {
  const [first, ...others] = unread;
  if (first === undefined) return;
  const { error } = first;
  throw new CutwaterError(error.code, `${error.message}; its aliases are not judged, everything else is right`, {
    details: [...error.details, ...others.map((other) => `${other.name}: ${other.error.message}`)],
    hint: `${error.hint}. Then run 'cutwater reconcile' again`,
    cause: error,
  });
}

function refusalKey(estate: Estate): string {
  return everyAlias(estate)
    .flatMap(({ image = '', alias, judgement }) =>
      judgement.is === 'refused' ? [`${image}:${alias.name}=${judgement.from.digest}`] : [],
    )
    .join(' ');
}

function failOnRefusals(estate: Estate): void {
  const refused = everyAlias(estate).flatMap(({ image, alias, judgement }) =>
    judgement.is === 'refused'
      ? [{ alias, judgement, name: image === undefined ? alias.name : `${image}:${alias.name}` }]
      : [],
  );
  const [first] = refused;
  if (first === undefined) return;
  const lines = refused.map(({ name, judgement }) => {
    const from = judgement.from.versions.map(formatVersion).join(', ') || 'an unknown image';
    const to =
      judgement.to === undefined ? 'nothing' : `${formatVersion(judgement.to.version)} (${judgement.to.digest})`;
    return `${name}: is ${from} (${judgement.from.digest}), would become ${to}; ${judgement.reason}`;
  });
  throw new CutwaterError(
    first.judgement.code,
    `Cannot move ${refused.map(({ name }) => name).join(', ')}: the version there is not validly withdrawn or has more platforms`,
    {
      details: lines,
      hint: `Find out what it is; to give it up, run 'cutwater reconcile --replace ${first.alias.name}@${first.judgement.from.digest}'`,
    },
  );
}
