import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { RunQuestion, RunState, WorkflowJob, WorkflowRun, WorkflowRuns } from '../../ports/workflow-runs.ts';
import type { ConditionalReader } from '../forge-http/conditional-reader.ts';
import { readList, readObject, requiredList, requiredNumber, requiredText } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { newestOf, openRunReader } from '../forge-http/run-reader.ts';
import { nextLink } from '../oci-http/link-header.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { isJsonObject, textMember } from '../oci-http/json-object.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import type { GithubApi } from './github-api.ts';
import { openGithubApi } from './github-api.ts';

interface Parts {
  readonly api: GithubApi;
  readonly reader: ConditionalReader;
  /** `https://github.com/owner/name/actions/runs`. */
  readonly pages: string;
}

/** Runs of GitHub Actions, with the right "actions: read". */
export function githubRuns(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): WorkflowRuns & { readonly close: () => void } {
  const api = openGithubApi(policy, options);
  const pages = `${policy.address}/${policy.repository}/actions/runs`;
  return openRunReader({ ...api, description: `github ${api.place.label}` }, (reader, question) =>
    findRun({ api, reader, pages }, question),
  );
}

async function findRun(parts: Parts, question: RunQuestion): Promise<WorkflowRun | undefined> {
  const what = `look for runs of ${question.workflow}`;
  const list = (filter: Readonly<Record<string, string>>): Promise<readonly JsonObject[] | undefined> =>
    listRuns(parts, what, { workflow: question.workflow, filter });
  const runs = question.of === 'tag' ? await runsOfTag(question, list) : await list({ per_page: '10' });
  if (runs === undefined) return requireRepository(parts, what);
  const newest = newestOf(
    what,
    runs.filter((run) => question.of === 'tag' || momentOf(what, run, 'created_at') >= question.since),
  );
  return newest && readRun(parts, what, newest);
}

/** Those that the pushed tag started, and those that people started with its name, on whatever branch. */
async function runsOfTag(
  { tag, commit, title }: Extract<RunQuestion, { of: 'tag' }>,
  list: (filter: Readonly<Record<string, string>>) => Promise<readonly JsonObject[] | undefined>,
): Promise<readonly JsonObject[] | undefined> {
  const pushed = await list({ event: 'push', head_sha: commit, per_page: '100' });
  if (pushed === undefined) return undefined;
  const byHand = (await list({ event: 'workflow_dispatch', per_page: '20' })) ?? [];
  return [
    ...pushed.filter((run) => run['head_branch'] === tag && run['head_sha'] === commit),
    ...byHand.filter((run) => run['display_title'] === title),
  ];
}

/** Undefined where GitHub knows no such workflow. */
async function listRuns(
  { api, reader }: Parts,
  what: string,
  { workflow, filter }: { readonly workflow: string; readonly filter: Readonly<Record<string, string>> },
): Promise<readonly JsonObject[] | undefined> {
  const path = `actions/workflows/${encodeURIComponent(workflow)}/runs`;
  const url = api.url(path, { ...filter, exclude_pull_requests: 'true' });
  const reply = await reader.read({ what, method: 'GET', url, returned: [404] });
  return reply.status === 404 ? undefined : requiredList(what, readObject(what, reply), 'workflow_runs');
}

/** GitHub knows a workflow once its file was pushed; for a repository it does not show it answers the same. */
async function requireRepository({ api }: Parts, what: string): Promise<undefined> {
  const url = new URL(api.place.repository.href.replace(/\/$/, ''));
  const repository = await api.session.send({ what, method: 'GET', url, returned: [404] });
  if (repository.status === 404) throw await api.missing(what, 'the right "actions: read"');
  return undefined;
}

async function readRun(parts: Parts, what: string, run: JsonObject): Promise<WorkflowRun> {
  const id = requiredNumber(what, run, 'id');
  const jobs = await readJobs(parts, id);
  const state = stateOf(run);
  const approvals = state === 'waiting' ? await readApprovals(parts, id) : [];
  return {
    id,
    url: `${parts.pages}/${id}`,
    // What waits for no person waits for a timer.
    state: approvals === 'none' ? 'queued' : state,
    approvals: approvals === 'none' ? [] : approvals,
    changedAt: momentOf(what, run, 'updated_at'),
    jobs: jobs.map((job) => (approvals === 'none' && job.state === 'waiting' ? { ...job, state: 'queued' } : job)),
  };
}

async function readJobs({ api, reader, pages }: Parts, run: number): Promise<readonly WorkflowJob[]> {
  const what = `read the jobs of run ${run}`;
  const url = api.url(`actions/runs/${run}/jobs`, { filter: 'latest', per_page: '100' });
  const call = { what, method: 'GET', url } as const;
  const itemsOf = (act: string, page: Reply): readonly JsonObject[] => requiredList(act, readObject(act, page), 'jobs');
  const first = await reader.read(call);
  const isWhole = nextLink(first.headers('link')) === undefined;
  const jobs = isWhole ? itemsOf(what, first) : await readAllPages(api.session, call, { itemsOf });
  return jobs.map((job) => ({
    name: requiredText(what, job, 'name'),
    state: stateOf(job),
    step: stepOf(job),
    url: `${pages}/${run}/job/${requiredNumber(what, job, 'id')}`,
  }));
}

/** The environments whose reviewers are asked; `none` where only a timer runs. */
async function readApprovals({ api, reader }: Parts, run: number): Promise<readonly string[] | 'none'> {
  const what = `read what run ${run} waits for`;
  const url = api.url(`actions/runs/${run}/pending_deployments`);
  const reply = await reader.read({ what, method: 'GET', url, returned: [403, 404] });
  if (reply.status !== 200) return [];
  const pending = readList(what, reply);
  if (pending.length === 0) return [];
  const asked = pending.filter(({ reviewers }) => Array.isArray(reviewers) && reviewers.length > 0);
  if (asked.length === 0) return 'none';
  return asked.flatMap(({ environment }) => (isJsonObject(environment) ? (textMember(environment, 'name') ?? []) : []));
}

function stateOf({ status, conclusion }: JsonObject): RunState {
  switch (status) {
    case 'queued':
    case 'requested':
    case 'pending':
      return 'queued';
    case 'waiting':
    case 'action_required':
      return 'waiting';
    case 'completed':
      return conclusions.get(conclusion) ?? 'failed';
    default:
      return 'running';
  }
}

const conclusions: ReadonlyMap<unknown, RunState> = new Map([
  ['success', 'succeeded'],
  ['neutral', 'succeeded'],
  ['cancelled', 'cancelled'],
  ['skipped', 'skipped'],
  ['action_required', 'waiting'],
]);

function stepOf({ steps }: JsonObject): string | undefined {
  if (!Array.isArray(steps)) return undefined;
  const current = steps.filter(isJsonObject).find((step) => step['status'] === 'in_progress');
  return current && textMember(current, 'name');
}

function momentOf(what: string, run: JsonObject, name: string): number {
  const moment = Date.parse(requiredText(what, run, name));
  return Number.isFinite(moment) ? moment : 0;
}
