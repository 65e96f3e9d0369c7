import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { RunQuestion, RunState, WorkflowJob, WorkflowRun, WorkflowRuns } from '../../ports/workflow-runs.ts';
import type { ConditionalReader } from '../forge-http/conditional-reader.ts';
import { readList, requiredNumber, requiredText } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { ownPage } from '../forge-http/own-page.ts';
import { momentIn, newestOf, openRunReader } from '../forge-http/run-reader.ts';
import { nextLink } from '../oci-http/link-header.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { textMember } from '../oci-http/json-object.ts';
import type { GitlabApi } from './gitlab-api.ts';
import { openGitlabApi } from './gitlab-api.ts';

interface Parts {
  readonly api: GitlabApi;
  readonly reader: ConditionalReader;
  readonly policy: HostedForgePolicy;
}

/**
 * Pipelines of GitLab. A tag has one, with the jobs of all workflows; besides it the aliases are moved by scheduled ones
 * only, so that is where something later is looked for.
 */
export function gitlabRuns(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): WorkflowRuns & { readonly close: () => void } {
  const api = openGitlabApi(policy, options);
  return openRunReader({ ...api, description: api.label }, (reader, question) =>
    findRun({ api, reader, policy }, question),
  );
}

async function findRun(parts: Parts, question: RunQuestion): Promise<WorkflowRun | undefined> {
  const what = `look for pipelines${question.of === 'tag' ? ` of ${question.tag}` : ''}`;
  const filter: Record<string, string> =
    question.of === 'tag' ? { ref: question.tag, sha: question.commit } : { source: 'schedule' };
  const url = parts.api.url('pipelines', { ...filter, order_by: 'id', sort: 'desc', per_page: '20' });
  const reply = await parts.reader.read({ what, method: 'GET', url, returned: [404] });
  if (reply.status === 404) throw parts.api.missing(what);
  const wanted = readList(what, reply).filter((one) =>
    question.of === 'tag'
      ? one['ref'] === question.tag && one['sha'] === question.commit && startedByTag.has(one['source'])
      : momentIn(one, ['created_at']) >= question.since,
  );
  const newest = newestOf(what, wanted);
  return newest && readPipeline(parts, what, newest);
}

/** What a pushed tag, or a person who starts the pipeline of a tag again, is called. */
const startedByTag: ReadonlySet<unknown> = new Set(['push', 'web', 'api', 'trigger']);

async function readPipeline({ api, reader, policy }: Parts, what: string, pipeline: JsonObject): Promise<WorkflowRun> {
  const id = requiredNumber(what, pipeline, 'id');
  const call = {
    what: `read the jobs of pipeline ${id}`,
    method: 'GET',
    url: api.url(`pipelines/${id}/jobs`, { per_page: '100' }),
  } as const;
  const first = await reader.read(call);
  const isWhole = nextLink(first.headers('link')) === undefined;
  const listed = isWhole ? readList(call.what, first) : await readAllPages(api.session, call);
  // Newest first; as they are in the file is how people know them.
  const jobs = listed
    .toSorted((left, right) => requiredNumber(call.what, left, 'id') - requiredNumber(call.what, right, 'id'))
    .map((job) => readJob(call.what, job, policy));
  const state = stateOf(pipeline);
  return {
    id,
    url:
      ownPage(textMember(pipeline, 'web_url'), policy.address) ??
      `${policy.address}/${policy.repository}/-/pipelines/${id}`,
    state,
    approvals: state === 'waiting' ? jobs.flatMap((job) => (job.state === 'waiting' ? [job.name] : [])) : [],
    changedAt: momentIn(pipeline, ['updated_at']),
    jobs,
  };
}

function readJob(what: string, job: JsonObject, policy: HostedForgePolicy): WorkflowJob {
  return {
    name: requiredText(what, job, 'name'),
    state: stateOf(job),
    step: undefined,
    url: ownPage(textMember(job, 'web_url'), policy.address),
  };
}

function stateOf({ status }: JsonObject): RunState {
  return states.get(status) ?? 'running';
}

/** A pipeline is `manual` where a job that is needed waits to be started by a person. */
const states: ReadonlyMap<unknown, RunState> = new Map([
  ...['created', 'waiting_for_resource', 'waiting_for_callback', 'preparing', 'pending', 'scheduled'].map(
    (status) => [status, 'queued'] as const,
  ),
  ['running', 'running'],
  ['manual', 'waiting'],
  ['success', 'succeeded'],
  ['failed', 'failed'],
  ['canceled', 'cancelled'],
  ['skipped', 'skipped'],
]);
