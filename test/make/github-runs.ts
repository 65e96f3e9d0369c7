import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { githubToken } from './github-answers.ts';
import type { GithubServer, Interference } from './github-server.ts';
import { loadOpenapiJudge } from './openapi-judge.ts';
import { sampleOf } from './openapi-sample.ts';

export interface ServedJob {
  readonly name: string;
  readonly status: string;
  readonly conclusion?: string;
  readonly step?: string;
}

export interface ServedRun {
  readonly id: number;
  readonly workflow: string;
  readonly event: string;
  readonly branch: string;
  readonly commit: string;
  readonly status: string;
  readonly conclusion?: string;
  /** What it is called; by default what was committed last. */
  readonly title?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly jobs: readonly ServedJob[];
  /** Reviewers of each environment that the run waits for. */
  readonly pending?: Readonly<Record<string, number>>;
}

export interface ServedRuns {
  runs: readonly ServedRun[];
  /** Called before each list of runs is answered, with the number of lists so far. */
  beforeLook: (look: number) => void | Promise<void>;
  looks: number;
  /** Answers without a body, since nothing had changed. */
  unchanged: number;
  /** Sent with every answer. */
  headers: Readonly<Record<string, string>>;
  knowsWorkflows: boolean;
}

/** Lets the test server tell of workflow runs. Questions and answers are held to GitHub's description of its API. */
export async function serveRuns(github: GithubServer): Promise<ServedRuns> {
  const file = fileURLToPath(import.meta.resolve('@octokit/openapi/generated/api.github.com.json'));
  const judge = await loadOpenapiJudge(file);
  const root: Root = JSON.parse(await readFile(file, 'utf8'));
  const served: ServedRuns = {
    runs: [],
    beforeLook: () => undefined,
    looks: 0,
    unchanged: 0,
    headers: {},
    knowsWorkflows: true,
  };
  const before = github.interfere;
  const answer: Interference = (request, response) => {
    if (!/^actions\/(?:workflows\/[^/]+\/runs|runs\/\d+\/(?:jobs|pending_deployments))(?:\?|$)/.test(request.path))
      return before(request, response);
    const { authorization } = request.headers;
    // The server itself tells who may not ask.
    if (authorization !== undefined && authorization !== `Bearer ${githubToken}`) return before(request, response);
    const url = new URL(request.path, 'http://host/repos/acme/tiny/');
    const judged = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      contentType: undefined,
      body: Buffer.alloc(0),
    };
    github.violations.push(...judge.judgeRequest(judged));
    const reply = async (): Promise<void> => {
      if (url.pathname.includes('/workflows/') && url.searchParams.get('event') !== 'workflow_dispatch')
        await served.beforeLook((served.looks += 1));
      const json = answerOf(root, served, url);
      for (const [name, value] of Object.entries(served.headers)) response.setHeader(name, value);
      if (json === undefined) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
        return;
      }
      github.violations.push(...judge.judgeReply(judged, { status: 200, json }));
      const body = JSON.stringify(json);
      const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`;
      response.setHeader('etag', etag);
      if (request.headers['if-none-match'] === etag) {
        served.unchanged += 1;
        response.writeHead(304).end();
      } else response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body);
    };
    void reply().catch((error: unknown) => {
      github.violations.push(String(error));
      response.destroy();
    });
    return 'answered';
  };
  github.interfere = answer;
  return served;
}

interface Root {
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
  readonly [name: string]: unknown;
}

function answerOf(root: Root, served: ServedRuns, { pathname, searchParams }: URL): object | undefined {
  const { schemas } = root.components;
  const sample = (name: string, values: object): object => Object.assign({}, sampleOf(root, schemas[name]), values);
  const parts = pathname.split('/').slice(5);
  if (parts[0] === 'workflows') {
    if (!served.knowsWorkflows) return undefined;
    const [event, commit] = [searchParams.get('event'), searchParams.get('head_sha')];
    const found = served.runs.filter(
      (run) =>
        run.workflow === parts[1] &&
        (event === null || run.event === event) &&
        (commit === null || run.commit === commit),
    );
    const runs = found.map((run) =>
      sample('workflow-run', {
        id: run.id,
        head_branch: run.branch,
        head_sha: run.commit,
        event: run.event,
        display_title: run.title ?? 'a commit message',
        status: run.status,
        conclusion: run.conclusion ?? null,
        created_at: run.createdAt ?? '2026-01-01T00:00:00Z',
        updated_at: run.updatedAt ?? '2026-01-01T00:10:00Z',
        path: `.github/workflows/${run.workflow}`,
      }),
    );
    return { total_count: runs.length, workflow_runs: runs };
  }
  const run = served.runs.find(({ id }) => id === Number(parts[1]));
  if (run === undefined) return undefined;
  if (parts[2] === 'jobs') {
    const jobs = run.jobs.map(({ name, status, conclusion = null, step }, at) =>
      sample('job', {
        id: run.id * 100 + at,
        run_id: run.id,
        name,
        status,
        conclusion,
        steps: [
          { name: 'Set up job', status: 'completed', conclusion: 'success', number: 1 },
          ...(step === undefined ? [] : [{ name: step, status: 'in_progress', conclusion: null, number: 2 }]),
        ],
      }),
    );
    return { total_count: jobs.length, jobs };
  }
  const reviewer = { type: 'User', reviewer: sampleOf(root, schemas['simple-user']) };
  return Object.entries(run.pending ?? {}).map(([name, reviewers]) => ({
    environment: { id: 1, node_id: 'E', name, url: 'https://example.org/', html_url: 'https://example.org/' },
    wait_timer: 30,
    wait_timer_started_at: null,
    current_user_can_approve: true,
    reviewers: Array.from({ length: reviewers }, () => reviewer),
  }));
}
