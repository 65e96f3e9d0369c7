import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fails, failing, openGithub } from '../../../test/make/github-client.ts';
import type { ServedRun } from '../../../test/make/github-runs.ts';
import { serveRuns } from '../../../test/make/github-runs.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import type { RunState } from '../../ports/workflow-runs.ts';
import type { WantedRun } from '../../ports/workflow-runs.contract.ts';
import { contractCommit, workflowRunsContract } from '../../ports/workflow-runs.contract.ts';
import { githubRuns } from './github-runs.ts';

const question = {
  of: 'tag',
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  title: 'release v1.2.3',
} as const;

workflowRunsContract('github', async (t) => {
  const { runs, served } = await open(t);
  return {
    runs,
    have: (wanted) => {
      served.runs = wanted.map(asServed);
    },
  };
});

test('nothing that has not changed is sent again, and what the server allows is known', async (t) => {
  const { runs, served } = await open(t);
  served.runs = [asServed(wanted)];
  served.headers = { 'x-ratelimit-remaining': '59', 'x-ratelimit-reset': '2000000000' };
  const first = await runs.findRun(question);
  for (let look = 0; look < 5; look += 1) deepEqual(await runs.findRun(question), first);
  equal(served.unchanged, 15);
  deepEqual(runs.allowance(), { sent: 18, left: { requests: 59, resetsAt: 2_000_000_000_000 } });
  served.runs = [asServed({ ...wanted, state: 'succeeded' })];
  equal((await runs.findRun(question))?.state, 'succeeded');
});

test('a run waits for a person where reviewers are asked, and for a clock where a timer runs', async (t) => {
  const { runs, served } = await open(t);
  const waiting = { ...asServed(wanted), status: 'waiting', jobs: [{ name: 'release', status: 'waiting' }] };
  served.runs = [{ ...waiting, pending: { production: 2, later: 0 } }];
  const asked = await runs.findRun(question);
  deepEqual([asked?.state, asked?.approvals], ['waiting', ['production']]);
  served.runs = [{ ...waiting, pending: { later: 0 } }];
  const timed = await runs.findRun(question);
  deepEqual([timed?.state, timed?.approvals, timed?.jobs[0]?.state], ['queued', [], 'queued']);
  served.runs = [waiting];
  equal((await runs.findRun(question))?.state, 'waiting', 'who may not see what for is told that it waits');
});

test('a run that a person started again with the name of the tag is taken, and one for another tag is not', async (t) => {
  const { runs, served } = await open(t);
  const byHand = { ...asServed(wanted), event: 'workflow_dispatch', branch: 'main', commit: '2'.repeat(40) };
  served.runs = [
    asServed({ ...wanted, state: 'failed' }),
    { ...byHand, id: 9, title: 'release v1.2.3-rc.1' },
    { ...byHand, id: 10, title: 'Release v1.2.3' },
  ];
  equal((await runs.findRun(question))?.id, 7);
  served.runs = [...served.runs, { ...byHand, id: 8, title: 'release v1.2.3' }];
  const found = await runs.findRun(question);
  deepEqual([found?.id, found?.state], [8, 'running']);
});

test('a workflow that GitHub does not know yet has no run; a repository it does not show is said', async (t) => {
  const { runs, served, github } = await open(t);
  served.knowsWorkflows = false;
  equal(await runs.findRun(question), undefined);
  github.interfere = failing(404, { message: 'Not Found' });
  await fails(runs.findRun(question), 'FORBIDDEN', [/is not there, or the token in GITHUB_TOKEN may not see it/]);
});

test('states that nobody knows yet keep a run going, and ends that nobody knows are failures', async (t) => {
  const { runs, served } = await open(t);
  const state = async (change: Partial<ServedRun>): Promise<RunState | undefined> => {
    served.runs = [{ ...asServed(wanted), ...change }];
    return (await runs.findRun(question))?.state;
  };
  equal(await state({ status: 'dreaming' }), 'running');
  for (const conclusion of ['timed_out', 'startup_failure', 'stale', 'constructor'])
    equal(await state({ status: 'completed', conclusion }), 'failed', conclusion);
});

test('an answer without what is needed is refused by name', async (t) => {
  const { runs, github } = await open(t);
  for (const [json, lacks] of [
    [{ total_count: 1 }, /"workflow_runs"/],
    [{ workflow_runs: [{ id: 'x', head_branch: 'v1.2.3', head_sha: contractCommit }] }, /"id"/],
    [[], /JSON object/],
  ] as const) {
    github.interfere = failing(200, json);
    await fails(runs.findRun(question), 'BAD_REPLY', [lacks]);
  }
});

const wanted: WantedRun = {
  id: 7,
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  state: 'running',
  jobs: [{ name: 'release', state: 'running' }],
};

async function open(t: TestContext) {
  const { github } = await openGithub(t);
  const served = await serveRuns(github);
  const { address, repository, environment } = github;
  const runs = githubRuns({ kind: 'github', address, repository }, { environment, timing: fastTiming() });
  t.after(() => runs.close());
  return { github, served, runs };
}

function asServed({ id, workflow, tag, commit, state, jobs }: WantedRun): ServedRun {
  return {
    id,
    workflow,
    event: 'push',
    branch: tag,
    commit,
    ...words[state],
    jobs: jobs.map(({ name, state: own }) => ({ name, ...words[own] })),
  };
}

const words: Readonly<Record<RunState, { readonly status: string; readonly conclusion?: string }>> = {
  queued: { status: 'queued' },
  running: { status: 'in_progress' },
  waiting: { status: 'waiting' },
  succeeded: { status: 'completed', conclusion: 'success' },
  failed: { status: 'completed', conclusion: 'failure' },
  cancelled: { status: 'completed', conclusion: 'cancelled' },
  skipped: { status: 'completed', conclusion: 'skipped' },
};
