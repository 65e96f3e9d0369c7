import type { RunState } from '../../src/ports/workflow-runs.ts';
import type { WantedRun } from '../../src/ports/workflow-runs.contract.ts';
import type { GiteaServer } from './gitea-server.ts';

/** How a Gitea, a Forgejo, and a Forgejo that tells of no jobs speak of runs. */
export type RunsDialect = 'gitea' | 'forgejo' | 'forgejo-without-jobs' | 'too-old';

/** Lets the test server tell of runs, in the shapes of the forges' own descriptions of their APIs. */
export function serveGiteaRuns(gitea: GiteaServer, dialect: RunsDialect): (runs: readonly WantedRun[]) => void {
  let runs: readonly WantedRun[] = [];
  gitea.interfere = (request, response) => {
    const url = new URL(request.url ?? '', gitea.address);
    const path = url.pathname.replace('/api/v1/repos/acme/tiny', '');
    const reply = (status: number, json: unknown): 'answered' => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      return 'answered';
    };
    if (path === '') return reply(200, { full_name: 'acme/tiny' });
    if (!path.startsWith('/actions/runs')) return undefined;
    if (dialect === 'too-old') return reply(404, { message: 'Not Found' });
    const [, , , id, part] = path.split('/');
    if (part === 'jobs') {
      const jobs = runs.find((run) => String(run.id) === id)?.jobs ?? [];
      if (dialect === 'forgejo-without-jobs') return reply(404, { message: 'Not Found' });
      if (dialect === 'forgejo')
        return reply(
          200,
          jobs.map(({ name, state }, at) => ({ id: at, name, status: forgejoWords[state], attempt: 1, needs: null })),
        );
      const steps = [{ name: 'Set up', number: 1, status: 'in_progress', conclusion: '' }];
      const entries = jobs.map(({ name, state }, at) => {
        return {
          id: at,
          name,
          ...giteaWords[state],
          html_url: `${gitea.address}/acme/tiny/actions/runs/1/jobs/0`,
          steps,
        };
      });
      return reply(200, { total_count: jobs.length, jobs: entries });
    }
    const commit = url.searchParams.get('head_sha');
    const found = runs.filter((run) => commit === null || run.commit === commit);
    const workflow_runs = found.map(dialect === 'gitea' ? giteaRun(gitea) : forgejoRun(gitea));
    return reply(200, { total_count: found.length, workflow_runs });
  };
  return (next) => {
    runs = next;
  };
}

const giteaRun =
  ({ address }: GiteaServer) =>
  ({ id, workflow, tag, commit, state }: WantedRun): object => ({
    id,
    run_number: id,
    html_url: `${address}/acme/tiny/actions/runs/${id}`,
    event: 'push',
    head_branch: '',
    head_sha: commit,
    ...giteaWords[state],
    path: `${workflow}@refs/tags/${tag}`,
    started_at: '2026-01-01T00:00:00Z',
    completed_at: '1970-01-01T00:00:00Z',
  });

const forgejoRun =
  ({ address }: GiteaServer) =>
  ({ id, workflow, tag, commit, state }: WantedRun): object => ({
    id,
    index_in_repo: id,
    title: 'a commit message',
    html_url: `${address}/acme/tiny/actions/runs/${id}`,
    event: 'push',
    trigger_event: 'push',
    workflow_id: workflow,
    prettyref: tag,
    commit_sha: commit,
    status: forgejoWords[state],
    need_approval: state === 'waiting',
    created: '2026-01-01T00:00:00Z',
    started: '2026-01-01T00:00:00Z',
    stopped: '0001-01-01T00:00:00Z',
  });

const forgejoWords: Readonly<Record<RunState, string>> = {
  queued: 'waiting',
  waiting: 'blocked',
  running: 'running',
  succeeded: 'success',
  failed: 'failure',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

const giteaWords: Readonly<Record<RunState, { readonly status: string; readonly conclusion: string }>> = {
  queued: { status: 'queued', conclusion: '' },
  waiting: { status: 'waiting', conclusion: '' },
  running: { status: 'in_progress', conclusion: '' },
  succeeded: { status: 'completed', conclusion: 'success' },
  failed: { status: 'completed', conclusion: 'failure' },
  cancelled: { status: 'completed', conclusion: 'cancelled' },
  skipped: { status: 'completed', conclusion: 'skipped' },
};
