import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { RunQuestion, RunState, WorkflowJob, WorkflowRun, WorkflowRuns } from '../../ports/workflow-runs.ts';
import { CutwaterError } from '../../domain/error.ts';
import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import type { ConditionalReader } from '../forge-http/conditional-reader.ts';
import { readList, readObject, requiredList, requiredNumber, requiredText } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { ownPage } from '../forge-http/own-page.ts';
import { momentIn, openRunReader } from '../forge-http/run-reader.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { isJsonObject, textMember } from '../oci-http/json-object.ts';
import type { GiteaApi } from './gitea-api.ts';
import { openGiteaApi } from './gitea-api.ts';

interface Parts {
  readonly api: GiteaApi;
  readonly reader: ConditionalReader;
  readonly policy: HostedForgePolicy;
}

/**
 * Runs of Gitea Actions (1.25 and newer) and of Forgejo Actions. A Forgejo that lists runs and not their jobs shows the
 * run alone. Gitea speaks GitHub's words, Forgejo those of its pages.
 */
export function giteaRuns(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): WorkflowRuns & { readonly close: () => void } {
  const api = openGiteaApi(policy, options);
  return openRunReader({ ...api, description: api.label }, (reader, question) =>
    findRun({ api, reader, policy }, question),
  );
}

async function findRun(parts: Parts, question: RunQuestion): Promise<WorkflowRun | undefined> {
  const { api, reader, policy } = parts;
  const what = `look for runs of ${question.workflow}`;
  const filter: Record<string, string> = question.of === 'tag' ? { event: 'push', head_sha: question.commit } : {};
  const own: Record<string, string> = policy.kind === 'forgejo' ? { workflow_id: question.workflow } : {};
  const url = api.url('actions/runs', { ...filter, ...own, limit: '50' });
  const reply = await reader.read({ what, method: 'GET', url, returned: [404] });
  if (reply.status === 404) throw await explainMissing(parts, what);
  const listed = requiredList(what, readObject(what, reply), 'workflow_runs').map((run) => readHead(what, run));
  const wanted = listed.filter(
    (run) =>
      run.workflow === question.workflow &&
      (question.of === 'tag'
        ? run.ref === question.tag && run.commit === question.commit
        : run.beganAt >= question.since),
  );
  const [newest] = wanted.toSorted((left, right) => right.id - left.id);
  return newest && readRun(parts, newest);
}

/** A server that is too old, switched off, or shows this repository to nobody. */
async function explainMissing({ api, policy }: Parts, what: string): Promise<CutwaterError> {
  const repository = await api.session.send({
    what,
    method: 'GET',
    url: new URL(api.url('.').href.replace(/\/$/, '')),
    returned: [404],
  });
  if (repository.status === 404) return api.missing(what);
  const { name } = forgeCapabilities[policy.kind];
  return new CutwaterError('RUNS_UNKNOWN', `Cannot ${what}: this ${name} tells of no runs, or Actions are off there`, {
    hint: `Look at the run on ${name} itself, or update it: older ones list no runs`,
  });
}

/** What both say of a run, in one form. */
interface RunHead {
  readonly id: number;
  readonly workflow: string;
  /** The tag, or what else the run is about. */
  readonly ref: string;
  readonly commit: string;
  readonly state: RunState;
  readonly url: string;
  readonly beganAt: number;
  readonly changedAt: number;
}

function readHead(what: string, run: JsonObject): RunHead {
  const id = requiredNumber(what, run, 'id');
  const began = momentIn(run, ['created', 'started_at', 'created_at', 'started']);
  const base = { id, beganAt: began, url: textMember(run, 'html_url') ?? '' };
  const changedAt = momentIn(run, ['stopped', 'completed_at', 'updated']) || began;
  if (typeof run['commit_sha'] === 'string')
    return {
      ...base,
      workflow: requiredText(what, run, 'workflow_id'),
      ref: requiredText(what, run, 'prettyref'),
      commit: run['commit_sha'],
      state: run['need_approval'] === true ? 'waiting' : stateOf(run),
      changedAt,
    };
  // `release.yml@refs/tags/v1.2.3`
  const [, workflow = '', ref = ''] = /^([^@]*)@(?:refs\/tags\/)?(.*)$/s.exec(requiredText(what, run, 'path')) ?? [];
  return { ...base, workflow, ref, commit: requiredText(what, run, 'head_sha'), state: stateOf(run), changedAt };
}

async function readRun(parts: Parts, { id, state, url, changedAt }: RunHead): Promise<WorkflowRun> {
  const { api, reader, policy } = parts;
  const what = `read the jobs of run ${id}`;
  const call = { what, method: 'GET', url: api.url(`actions/runs/${id}/jobs`), returned: [404] } as const;
  const reply = await reader.read(call);
  const isList = reply.status === 200 && /^\s*\[/.test(new TextDecoder().decode(reply.bytes.subarray(0, 100)));
  const jobs =
    reply.status === 404 ? [] : isList ? readList(what, reply) : requiredList(what, readObject(what, reply), 'jobs');
  const fallback = `${policy.address}/${policy.repository}/actions`;
  return {
    id,
    url: ownPage(url, policy.address) ?? fallback,
    state,
    approvals: [],
    changedAt,
    jobs: jobs.map((job) => readJob(what, job, policy)),
  };
}

function readJob(what: string, job: JsonObject, policy: HostedForgePolicy): WorkflowJob {
  const steps = Array.isArray(job['steps']) ? job['steps'].filter(isJsonObject) : [];
  const current = steps.find(({ status }) => status === 'in_progress');
  return {
    name: requiredText(what, job, 'name'),
    state: stateOf(job),
    step: current && textMember(current, 'name'),
    url: ownPage(textMember(job, 'html_url'), policy.address),
  };
}

function stateOf({ status, conclusion }: JsonObject): RunState {
  const word = status === 'completed' ? conclusion : status;
  return typeof word === 'string' ? (states.get(word) ?? (status === 'completed' ? 'failed' : 'running')) : 'failed';
}

/** Gitea's `waiting` and Forgejo's `blocked` are jobs that need others first. */
const states: ReadonlyMap<string, RunState> = new Map([
  ['success', 'succeeded'],
  ['failure', 'failed'],
  ['cancelled', 'cancelled'],
  ['skipped', 'skipped'],
  ['queued', 'queued'],
  ['waiting', 'queued'],
  ['blocked', 'queued'],
  ['in_progress', 'running'],
  ['running', 'running'],
]);
