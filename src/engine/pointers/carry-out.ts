import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { Decision } from '../../estate/decisions.ts';
import type { DueAnnouncement } from '../../estate/news.ts';
import type { Step } from '../../plan/step.ts';
import { replacementOf } from './banner-steps.ts';
import { readDue } from '../announcement/due-announcements.ts';
import type { AliasState, Estate } from '../facts/gather-estate.ts';
import { everyAlias, gatherEstate } from '../facts/gather-estate.ts';
import type { IncidentOutcome } from '../withdrawal/incident-job.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { DecisionMade } from '../withdrawal/make-decision.ts';
import { pointerSteps, reconcile } from './reconcile.ts';
import { recordIncident } from '../withdrawal/record-incident.ts';
import type { DecideWorld, ReadWorld } from '../world.ts';

/** How far the pointers are in line with the decisions. */
export interface PointerOutcome {
  /** `done`: aliases, banners and records are right. `pending`: this machine lacks the rights; CI's reconcile does the rest. */
  readonly pointers: 'done' | 'pending';
  readonly aliases: readonly AliasState[];
  /** What is left for CI to do. */
  readonly pending: readonly Step[];
}

/** What followed from a withdrawal or a restore. */
export interface CarriedOut extends PointerOutcome {
  readonly incident: IncidentOutcome;
  /** What users should be told by now. */
  readonly due: readonly DueAnnouncement[];
}

/**
 * Brings the pointers in line with a decision as far as this machine has the rights, then writes the changelog entry.
 * `decision` is undefined as long as it does not count, such as a restore that is not pushed.
 */
export async function carryOut(
  world: DecideWorld,
  loaded: LoadedPolicy,
  decided: {
    readonly made: readonly DecisionMade[];
    readonly decision: Decision | undefined;
    readonly push: boolean;
  },
): Promise<CarriedOut> {
  const { made, decision, push } = decided;
  const write = async (estate: Estate): Promise<IncidentOutcome> => {
    if (decision === undefined) return { is: 'off', reason: 'the decision is not pushed yet' };
    const useInstead = decision.kind === 'withdrawn' ? replacementOf(estate, decision) : undefined;
    return recordIncident(world, loaded, { decision, useInstead, push });
  };
  const { estate, ...outcome } = await settlePointers(world, loaded).catch(async (error: unknown) => {
    if (!isCutwaterError(error)) throw error;
    const standing = made.map(({ tag }) => `${tag} is signed${push ? ' and pushed' : ''}: the decision stands`);
    // Whoever stopped the run wants nothing more of it.
    const written = error.code === 'INTERRUPTED' ? [] : await writtenAllTheSame(world, loaded, write);
    throw butDecided(error, [...standing, ...written]);
  });
  return { ...outcome, incident: await write(estate), due: await readDueNow(world, loaded, estate) };
}

/** An alias that cannot follow is no reason to keep from the changelog what was decided. */
async function writtenAllTheSame(
  world: DecideWorld,
  loaded: LoadedPolicy,
  write: (estate: Estate) => Promise<IncidentOutcome>,
): Promise<readonly string[]> {
  try {
    return incidentText(await write(await readEstate(world, loaded)));
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    return [`the incident is not in the changelog: ${error.message}`];
  }
}

function incidentText(incident: IncidentOutcome): readonly string[] {
  switch (incident.is) {
    case 'off':
      return [];
    case 'there':
      return [`the changelog on ${incident.branch} has the incident`];
    case 'not-written':
      return [`the incident is not in the changelog: ${incident.reason}`];
    case 'committed': {
      const { branch, commit, pushed } = incident;
      return [`the incident is in commit ${commit.slice(0, 12)} on ${branch}${pushed ? ', pushed' : ', not pushed'}`];
    }
  }
}

/** The same failure, which says that the decision stands: whoever reads only the error would think that nothing happened. */
function butDecided(error: CutwaterError, standing: readonly string[]): CutwaterError {
  const { code, message, hint, details } = error;
  return new CutwaterError(code, message, { hint, details: [...standing, ...details], cause: error });
}

async function readEstate(world: ReadWorld, loaded: LoadedPolicy): Promise<Estate> {
  return gatherEstate(world, loaded, { tags: await readProjectTags(world.git, loaded.policy, 'remote') });
}

/** The pointers alone: as they should be, or what is left to do where this machine may not. */
export async function settlePointers(
  world: ReadWorld,
  loaded: LoadedPolicy,
): Promise<PointerOutcome & { readonly estate: Estate }> {
  try {
    const { estate } = await reconcile(world, loaded);
    return { pointers: 'done', aliases: everyAlias(estate), pending: [], estate };
  } catch (error) {
    if (!isCutwaterError(error) || error.exit !== exitCodes.authentication) throw error;
    const estate = await readEstate(world, loaded);
    const pending = await pointerSteps(world, loaded, estate);
    return { pointers: 'pending', aliases: everyAlias(estate), pending, estate };
  }
}

async function readDueNow(
  world: DecideWorld,
  loaded: LoadedPolicy,
  estate: Estate,
): Promise<readonly DueAnnouncement[]> {
  if (loaded.policy.announce.length === 0) return [];
  return readDue(world, loaded, { tags: await readProjectTags(world.git, loaded.policy, 'remote'), estate });
}
