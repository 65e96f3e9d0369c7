import { formatImageName } from '../../domain/image-name.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { DueOutcome } from '../announcement/due-announcements.ts';
import { announceDue } from '../announcement/due-announcements.ts';
import type { ImageCandidate } from './companion-candidates.ts';
import { makeCompanions } from './companion-candidates.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReleaseJob } from './make-candidate.ts';
import { makeCandidate, questionOf } from './make-candidate.ts';
import { findCommitted, openJob, requireReady } from './open-job.ts';
import type { PinnedStatement } from './pin-statement.ts';
import { pinStatement, readPinned } from './pin-statement.ts';
import { publishRelease } from './publish-release.ts';
import { committedBy } from '../../estate/committed-release.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import type { ReconcileResult } from '../pointers/reconcile.ts';
import { reconcile } from '../pointers/reconcile.ts';
import { requireChecks } from '../evidence/require-checks.ts';
import { requireEvidence } from '../evidence/require-evidence.ts';
import { demandOf } from '../evidence/release-demand.ts';
import { runGates } from '../evidence/run-gates.ts';
import { requirePrograms } from './require-programs.ts';
import { requireStillStanding } from './still-standing.ts';
import type { Withdrawals } from '../facts/withdrawals-now.ts';
import type { ReleaseWorld } from '../world.ts';

export interface PublishedVersion {
  readonly release: ReleasePredicate;
  /** False where everything was there already. */
  readonly completed: boolean;
}

export interface ReleaseResult extends PublishedVersion {
  readonly pointers: ReconcileResult;
  /** Channels that were told by themselves, and those that a person has to tell. */
  readonly announcements: DueOutcome;
}

/**
 * Builds or completes one release and brings the pointers in line. Killed anywhere and called again, it ends as if it had
 * never been killed: every stage looks at the world first, and nothing a consumer follows moves before the statement is stored.
 */
export async function release(world: ReleaseWorld, loaded: LoadedPolicy, version: Version): Promise<ReleaseResult> {
  const { job, ...published } = await publishJob(world, loaded, version);
  world.report({ type: 'stage', name: 'aliases' });
  const pointers = await reconcile(world, loaded, { released: committedBy(published.release, version) });
  const due = { tags: job.tags, estate: pointers.estate, only: version };
  const announcements = await announceDue({ ...world, ciKey: async () => world.attestor }, loaded, due);
  return { ...published, pointers, announcements };
}

/** The same up to the commit point: `reconcile` moves the aliases and tells the channels, wherever it runs next. */
export async function publishVersion(
  world: ReleaseWorld,
  loaded: LoadedPolicy,
  version: Version,
): Promise<PublishedVersion> {
  const { release: published, completed } = await publishJob(world, loaded, version);
  return { release: published, completed };
}

async function publishJob(
  world: ReleaseWorld,
  loaded: LoadedPolicy,
  version: Version,
): Promise<PublishedVersion & { readonly job: ReleaseJob }> {
  world.report({ type: 'stage', name: 'verify tag', detail: `v${formatVersion(version)}` });
  const job = await openJob(world, loaded, version);
  const committed = await findCommitted(world, job);
  return {
    job,
    release: committed ?? (await completeRelease(world, job)),
    completed: committed === undefined,
  };
}

async function completeRelease(world: ReleaseWorld, job: ReleaseJob): Promise<ReleasePredicate> {
  const withdrawn = await requireReady(world, job);
  const earlier = await readPinned(world, job);
  if (earlier !== undefined) await requireStillStanding(world, job, earlier.release.image.index);
  const pinned = earlier ?? (await makeStatement(world, job, withdrawn));
  world.report({ type: 'stage', name: 'publish' });
  return publishRelease(world, job, pinned);
}

/** Everything up to the signed statement: evidence, gates, build or promotion, gates on the candidate, documents. */
async function makeStatement(world: ReleaseWorld, job: ReleaseJob, withdrawn: Withdrawals): Promise<PinnedStatement> {
  const { admitted, build, image, loaded } = job;
  const { commit } = admitted;
  await requirePrograms(world, loaded.policy, `release ${admitted.tag.name}`);
  // Better to learn before the gates than after them that the image they are for may not be published.
  const { evidence: demand, gates: earlier } = await demandOf(world, questionOf(job, withdrawn), job.kinds);
  await requireEvidence(world, loaded, demand);
  const round = { classes: job.kinds, commit, change: demand.change, earlier };
  const onForge = await requireChecks(world, loaded.policy, { commit, classes: job.kinds });
  const onSource = await runGates(world, build, { ...round, on: 'source', image: undefined });
  const candidate = await makeCandidate(world, job);
  const companions = await makeCompanions(world, job, candidate);
  const { digest } = candidate.index;
  const onCandidate = await runGates(world, build, {
    ...round,
    on: 'candidate',
    image: referenceTo({ image, index: candidate.index }),
    companions: companions.map((companion) => ({ name: companion.image.name, image: referenceTo(companion) })),
  });
  // Gates and builds take long: what was signed meanwhile counts, and so does a failure.
  const now = await readProjectTags(world.git, loaded.policy, 'remote');
  const evidence = await requireEvidence(world, loaded, { ...demand, digest, tags: now });
  world.report({ type: 'stage', name: 'documents' });
  return pinStatement(world, job, {
    ...candidate,
    companions,
    gates: [...onForge, ...onSource, ...onCandidate],
    evidence,
  });
}

/** `host/name@sha256:...` */
function referenceTo({ image, index }: Pick<ImageCandidate, 'image' | 'index'>): string {
  return `${formatImageName(image.name)}@${index.digest}`;
}
