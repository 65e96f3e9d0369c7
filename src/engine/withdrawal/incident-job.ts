import type { ObjectId } from '../../domain/object-id.ts';
import { formatTagName, releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import type { Incident } from '../../documents/add-incident.ts';
import { addIncident } from '../../documents/add-incident.ts';
import type { Edit } from '../../documents/text-lines.ts';
import type { Decision } from '../../estate/decisions.ts';
import type { Policy } from '../../policy/policy.ts';
import type { DecideWorld } from '../world.ts';

/** A person's clone and its remote. */
export type CloneWorld = Pick<DecideWorld, 'git' | 'workingCopy' | 'branchWriter'>;

/** What became of the changelog entry about a withdrawal or a restore. */
export type IncidentOutcome =
  /** The policy, or the kind of version, wants none. */
  | { readonly is: 'off'; readonly reason: string }
  /** The entry is on this branch of the remote already. */
  | { readonly is: 'there'; readonly branch: string }
  | {
      readonly is: 'committed';
      readonly branch: string;
      readonly commit: ObjectId;
      readonly pushed: boolean;
      /** Why it is not on the protected branch, or not pushed there. */
      readonly because: string | undefined;
    }
  | { readonly is: 'not-written'; readonly reason: string };

/** One entry that is to be written. */
export interface IncidentJob {
  readonly incident: Incident;
  readonly policy: Pick<Policy, 'changelog'> & { readonly git: Pick<Policy['git'], 'branch'> };
  /** The protected branch's head, of the remote where there is one. */
  readonly base: ObjectId;
  readonly push: boolean;
}

/** The edit of the changelog as a commit has it. */
export async function editAt(world: CloneWorld, { incident, policy }: IncidentJob, commit: ObjectId): Promise<Edit> {
  const bytes = await world.git.readFile(commit, policy.changelog);
  if (bytes === undefined) return { is: 'refused', reason: 'is not there' };
  const text = decodeText(bytes);
  return text === undefined ? { is: 'refused', reason: 'is not UTF-8' } : addIncident(text, incident);
}

/** Undefined for what is no UTF-8: replaced by question marks, bytes would be lost. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The date is that of the decision, so that a run on another day writes the same entry. */
export function incidentOf(decision: Decision, useInstead: Version | undefined, now: number): Incident {
  const { kind, version, number, reason, claimedAt = now } = decision;
  const latest = 253_402_300_799;
  const date = new Date(Math.min(claimedAt, latest) * 1000).toISOString().slice(0, 10);
  const common = { decision: formatTagName({ kind, version, number }), version, date, reason };
  if (kind === 'restored') return { ...common, kind, useInstead: undefined };
  return { ...common, kind: decision.digest === undefined ? 'cancelled' : 'withdrawn', useInstead };
}

/** `incident/v1.2.3-1`, and for the restore `incident/v1.2.3-1-restored`. */
export function branchOf({ kind, version, decision }: Incident): string {
  const number = decision.slice(decision.lastIndexOf('/') + 1);
  return `incident/${releaseTagOf(version)}-${number}${kind === 'restored' ? '-restored' : ''}`;
}

export function messageOf({ kind, version, decision }: Incident): string {
  const what = { withdrawn: 'withdrawal', cancelled: 'cancellation', restored: 'restoration' }[kind];
  return `docs: record the ${what} of ${releaseTagOf(version)}\n\nDecided by ${decision}.\n`;
}
