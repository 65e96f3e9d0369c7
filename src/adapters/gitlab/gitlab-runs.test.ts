import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fails } from '../../../test/make/github-client.ts';
import type { GitlabServer } from '../../../test/make/gitlab-server.ts';
import { startGitlabServer } from '../../../test/make/gitlab-server.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import type { RunState } from '../../ports/workflow-runs.ts';
import type { WantedRun } from '../../ports/workflow-runs.contract.ts';
import { contractCommit, workflowRunsContract } from '../../ports/workflow-runs.contract.ts';
import { gitlabRuns } from './gitlab-runs.ts';

const question = {
  of: 'tag',
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  title: 'release v1.2.3',
} as const;

workflowRunsContract('gitlab', open);

test('a pipeline with a job that a person has to start waits for them, and the job is named', async (t) => {
  const { runs, have } = await open(t);
  have([{ ...wanted, state: 'waiting', jobs: [{ name: 'ask', state: 'waiting' }] }]);
  const found = await runs.findRun(question);
  deepEqual([found?.state, found?.approvals], ['waiting', ['ask']]);
});

test('a pipeline of a merge request at the same commit is not the one of the tag', async (t) => {
  const { runs, have, gitlab } = await open(t);
  have([wanted]);
  const answer = gitlab.interfere;
  gitlab.interfere = (request, response) => {
    const end = response.end.bind(response);
    Object.assign(response, { end: (text: string) => end(text.replaceAll('"push"', '"merge_request_event"')) });
    return answer(request, response);
  };
  equal(await runs.findRun(question), undefined);
});

test('a project that is not shown is said, and an answer that is no list is refused', async (t) => {
  const { runs, gitlab } = await open(t);
  for (const [status, body, code] of [
    [404, '{"message":"404 Project Not Found"}', 'FORBIDDEN'],
    [200, '{}', 'BAD_REPLY'],
  ] as const) {
    gitlab.interfere = (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      return 'answered';
    };
    await fails(runs.findRun(question), code, [/look for pipelines of v1\.2\.3/]);
  }
});

const wanted: WantedRun = {
  id: 7,
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  state: 'running',
  jobs: [{ name: 'cutwater-release', state: 'running' }],
};

async function open(t: TestContext) {
  const gitlab = await startGitlabServer(t, new Map());
  const have = serve(gitlab);
  const { address, environment } = gitlab;
  const runs = gitlabRuns({ kind: 'gitlab', address, repository: 'acme/tiny' }, { environment, timing: fastTiming() });
  t.after(() => runs.close());
  return { runs, have, gitlab };
}

/** Which parameters the documented API takes. */
const parameters = { pipelines: ['ref', 'sha', 'source', 'order_by', 'sort', 'per_page'], jobs: ['per_page'] } as const;

/** Pipelines as GitLab's documentation shows them. What is no release is a scheduled one of the default branch. */
function serve(gitlab: GitlabServer): (runs: readonly WantedRun[]) => void {
  let runs: readonly WantedRun[] = [];
  gitlab.interfere = (request, response) => {
    const url = new URL(request.url ?? '', gitlab.address);
    const [, pipelines, id, jobs] = url.pathname.replace('/api/v4/projects/acme%2Ftiny', '').split('/');
    if (pipelines !== 'pipelines') return undefined;
    for (const name of url.searchParams.keys())
      if (!(jobs === undefined ? parameters.pipelines : parameters.jobs).some((one) => one === name))
        gitlab.violations.push(`${url.pathname} takes no ${name}`);
    const wants = (name: string, value: string): boolean => (url.searchParams.get(name) ?? value) === value;
    const listed = runs
      .map((run) => ({
        id: run.id,
        iid: run.id,
        sha: run.commit,
        ref: run.workflow === 'release.yml' ? run.tag : 'main',
        source: run.workflow === 'release.yml' ? 'push' : 'schedule',
        status: words[run.state],
        created_at: '2026-01-01T00:00:00.000Z',
        updated_at: '2026-01-01T00:10:00.000Z',
        web_url: `${gitlab.address}/acme/tiny/-/pipelines/${run.id}`,
      }))
      .filter((one) => wants('ref', one.ref) && wants('sha', one.sha) && wants('source', one.source));
    const found = runs.find((run) => String(run.id) === id)?.jobs ?? [];
    const jobsJson = found.map(({ name, state }, at) => {
      return { id: at, name, status: words[state], web_url: `${gitlab.address}/acme/tiny/-/jobs/${at}` };
    });
    const json = jobs === undefined ? listed : jobsJson.toReversed();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    return 'answered';
  };
  return (next) => {
    runs = next;
  };
}

const words: Readonly<Record<RunState, string>> = {
  queued: 'waiting_for_resource',
  waiting: 'manual',
  running: 'running',
  succeeded: 'success',
  failed: 'failed',
  cancelled: 'canceled',
  skipped: 'skipped',
};
