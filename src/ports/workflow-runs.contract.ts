import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { ObjectId } from '../domain/object-id.ts';
import { objectId } from '../domain/object-id.ts';
import type { RunQuestion, RunState, WorkflowRuns } from './workflow-runs.ts';

/** A run as a test wants the forge to have it. */
export interface WantedRun {
  readonly id: number;
  readonly workflow: string;
  readonly tag: string;
  readonly commit: ObjectId;
  readonly state: RunState;
  readonly jobs: readonly { readonly name: string; readonly state: RunState }[];
}

export interface OpenedRuns {
  readonly runs: WorkflowRuns;
  /** From now on the forge has these, and no others. */
  readonly have: (runs: readonly WantedRun[]) => void;
}

export const contractCommit = objectId('1'.repeat(40));
const question: RunQuestion = {
  of: 'tag',
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  title: 'release v1.2.3',
};
const wanted: WantedRun = {
  id: 7,
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  state: 'running',
  jobs: [{ name: 'release', state: 'running' }],
};

/** What every forge with workflows does. */
export function workflowRunsContract(name: string, open: (context: TestContext) => Promise<OpenedRuns>): void {
  const claim = (text: string, body: (opened: OpenedRuns) => Promise<void>): void => {
    test(`${name}: ${text}`, async (context) => body(await open(context)));
  };

  claim('where no run has begun there is none, and one that begins is found', async ({ runs, have }) => {
    equal(await runs.findRun(question), undefined);
    have([wanted]);
    equal((await runs.findRun(question))?.id, 7);
  });

  claim('a run of another tag, commit or workflow is not taken for it', async ({ runs, have }) => {
    have([
      { ...wanted, id: 8, tag: 'v1.2.3-rc.1' },
      { ...wanted, id: 9, commit: objectId('2'.repeat(40)) },
      { ...wanted, id: 10, workflow: 'reconcile.yml' },
    ]);
    equal(await runs.findRun(question), undefined);
  });

  claim('of several runs the newest is taken, and its jobs in their order', async ({ runs, have }) => {
    const jobs = (['build', 'a b\u001b[31m', 'publish'] as const).map((job) => ({
      name: job,
      state: 'queued' as const,
    }));
    have([
      { ...wanted, state: 'failed' },
      { ...wanted, id: 12, jobs },
      { ...wanted, id: 11, state: 'cancelled' },
    ]);
    const found = await runs.findRun(question);
    deepEqual([found?.id, found?.state], [12, 'running']);
    deepEqual(
      found?.jobs.map((job) => job.name),
      jobs.map((job) => job.name),
    );
  });

  claim('each state is told as it is, of runs and of jobs', async ({ runs, have }) => {
    for (const state of ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped'] as const) {
      have([{ ...wanted, state, jobs: [{ name: 'release', state }] }]);
      const found = await runs.findRun(question);
      deepEqual([found?.state, found?.jobs.map((job) => job.state)], [state, [state]]);
    }
  });

  claim('what began before a moment is not taken for what began after it', async ({ runs, have }) => {
    have([{ ...wanted, workflow: 'reconcile.yml' }]);
    const since = (moment: string): Promise<unknown> =>
      runs.findRun({ of: 'moment', workflow: 'reconcile.yml', since: Date.parse(moment) });
    ok(await since('2000-01-01T00:00:00Z'));
    equal(await since('2100-01-01T00:00:00Z'), undefined);
  });

  claim('addresses lead to the forge itself, and questions are counted', async ({ runs, have }) => {
    have([wanted]);
    const before = runs.allowance().sent;
    const found = await runs.findRun(question);
    ok(runs.allowance().sent > before);
    const host = new URL(found?.url ?? '').host;
    ok(runs.description.includes(host), `${runs.description} is at ${host}`);
    for (const { url } of found?.jobs ?? []) if (url !== undefined) equal(new URL(url).host, host);
  });
}
