import type { DueOutcome, DueWorld } from '../announcement/due-announcements.ts';
import { announceDue } from '../announcement/due-announcements.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ReconcileOptions, ReconcileResult } from './reconcile.ts';
import { reconcile } from './reconcile.ts';

export interface ReconciledAndAnnounced extends ReconcileResult {
  readonly announcements: DueOutcome;
}

/** Brings the pointers in line, then tells what is due on the channels that are told by themselves. */
export async function reconcileAndAnnounce(
  world: DueWorld,
  loaded: LoadedPolicy,
  options: ReconcileOptions = {},
): Promise<ReconciledAndAnnounced> {
  const result = await reconcile(world, loaded, options);
  if (loaded.policy.announce.length === 0) return { ...result, announcements: { told: [], left: [] } };
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  return { ...result, announcements: await announceDue(world, loaded, { tags, estate: result.estate }) };
}
