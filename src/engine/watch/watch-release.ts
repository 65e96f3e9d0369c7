import { CutwaterError } from '../../domain/error.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { releaseRunName, workflowNames } from '../../ci/workflow-file.ts';
import { statementTag } from '../../estate/registry-tags.ts';
import type { WatchedRelease, WatchedRun } from '../../report/watched-release.ts';
import type { WorkflowRun } from '../../ports/workflow-runs.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { admitRelease } from '../release/admit-release.ts';
import type { ReadWorld } from '../world.ts';
import type { ArtifactQuestion } from './look-at-artifacts.ts';
import { aliasesAreRight, lookAtArtifacts } from './look-at-artifacts.ts';
import type { WatchEnd, WatchParts } from './watch-run.ts';
import { watchRun } from './watch-run.ts';

/** How long a further workflow that moves the aliases may take to begin, in milliseconds. */
const aliasPatience = 5 * 60_000;

/**
 * Waits for the workflow that the tag started on the forge, then for the one that moves the aliases, and looks at what
 * is published. What counts is what is there, whatever a run says of itself. Throws TAG_MISSING and the like where no
 * run could publish this tag.
 */
export async function watchRelease(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { version, parts }: { readonly version: Version; readonly parts: WatchParts },
): Promise<WatchedRelease> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  if (tags.remote === undefined)
    throw new CutwaterError('USAGE', `Cannot watch ${releaseTagOf(version)}: the repository has no remote`, {
      hint: "Add one with 'git remote add origin URL', and push the tag",
    });
  const admitted = await admitRelease(world, loaded, { version, tags });
  const question = { admitted, tags };
  const { tag, commit } = admitted;
  const first = await watchRun(
    parts,
    { of: 'tag', workflow: workflowNames.release, tag: tag.name, commit, title: releaseRunName(tag.name) },
    publishedBefore(world, version),
  );
  const runs = first.run === undefined ? [] : [watched(workflowNames.release, first.run)];
  const second =
    first.is === 'succeeded' ? await watchAliases(world, loaded, { question, parts, after: first }) : first;
  if (second.run !== undefined && second !== first) runs.push(watched(workflowNames.reconcile, second.run));
  const artifacts = await lookAtArtifacts(world, loaded, question);
  // Another run, or a person, may have done what this run did not.
  const isThere = artifacts.every(({ is }) => is === 'passed');
  const outcome = second.is === 'succeeded' || isThere ? 'ended' : second.is;
  return {
    schema: 'cutwater.watch/1',
    version: formatVersion(version),
    tag: { name: tag.name, object: tag.object, commit },
    outcome,
    runs,
    requests: parts.runs.allowance().sent,
    artifacts,
  };
}

/** Forges forget runs; of a version that is published already none has to be waited for. */
function publishedBefore(
  world: ReadWorld,
  version: Version,
): (run: WorkflowRun | undefined) => Promise<WatchEnd | undefined> {
  return async (run) => {
    if (run !== undefined) return undefined;
    const isStored = (await world.repository.resolve(statementTag(version))) !== undefined;
    return isStored ? { is: 'succeeded', run } : undefined;
  };
}

/** The workflow that moves the aliases starts when the release has ended; any run of it that began since then does it. */
async function watchAliases(
  world: ReadWorld,
  loaded: LoadedPolicy,
  {
    question,
    parts,
    after,
  }: { readonly question: ArtifactQuestion; readonly parts: WatchParts; readonly after: WatchEnd },
): Promise<WatchEnd> {
  const { clock } = parts;
  if (after.run === undefined || (await aliasesAreRight(world, loaded, question))) return after;
  const latest = Math.min(parts.deadline, clock.now() + aliasPatience);
  const workflow = workflowNames.reconcile;
  return watchRun(parts, { of: 'moment', workflow, since: after.run.changedAt }, async (run) => {
    if (run !== undefined || clock.now() < latest) return undefined;
    return after;
  });
}

function watched(workflow: string, run: WorkflowRun): WatchedRun {
  const { url, state, approvals, jobs } = run;
  return { workflow, url, state, approvals, jobs };
}
