import { realTiming, waitUntil } from '../adapters/oci-http/timing.ts';
import { CutwaterError } from '../domain/error.ts';
import type { ForgePolicy } from '../policy/forge-schema.ts';
import type { WorkflowRuns } from '../ports/workflow-runs.ts';
import type { WatchClock } from '../engine/watch/watch-run.ts';
import type { CliContext } from './command.ts';

export type OpenedRuns = WorkflowRuns & { close(): void };

/** The runs of the forge that the policy names. Throws RUNS_UNKNOWN where it has none, or tells of none. */
export async function openWorkflowRuns(
  context: CliContext,
  policy: ForgePolicy,
  onWarning: (text: string) => void,
): Promise<OpenedRuns> {
  const options = { environment: context.env, signal: context.signal, onWarning };
  switch (policy.kind) {
    case 'local':
      throw new CutwaterError('RUNS_UNKNOWN', 'Cannot watch a run: the forge is "local", and nothing runs there', {
        hint: "Run 'cutwater release VERSION' where the CI key is, or name the project's forge in cutwater.yaml",
      });
    case 'github':
      return (await import('../adapters/github/github-runs.ts')).githubRuns(policy, options);
    case 'forgejo':
    case 'gitea':
      return (await import('../adapters/gitea/gitea-runs.ts')).giteaRuns(policy, options);
    case 'gitlab':
      return (await import('../adapters/gitlab/gitlab-runs.ts')).gitlabRuns(policy, options);
  }
}

export function watchClock({ signal }: CliContext): WatchClock {
  const waiting = { timing: realTiming, signal };
  return { now: realTiming.now, pauseUntil: (moment) => waitUntil(moment, waiting) };
}
