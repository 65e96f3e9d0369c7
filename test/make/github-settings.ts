import { answering } from './github-client.ts';
import type { Interference } from './github-server.ts';

/** How a repository of the test server is set up. */
export interface GithubSetup {
  readonly permissions: Readonly<Record<'admin' | 'push' | 'pull', boolean>>;
  readonly rulesets: readonly (Readonly<Record<string, unknown>> & { readonly id: number })[];
  readonly branchRules: readonly string[];
  readonly isProtected: boolean;
  readonly locksReleases: boolean;
  readonly workflows: 'read' | 'write';
}

export function tagRuleset(
  id: number,
  include: readonly string[],
  rules: readonly string[],
  change: Readonly<Record<string, unknown>> = {},
): GithubSetup['rulesets'][number] {
  return {
    id,
    name: `set ${id}`,
    target: 'tag',
    source_type: 'Repository',
    source: 'acme/tiny',
    enforcement: 'active',
    conditions: { ref_name: { include, exclude: [] } },
    rules: rules.map((type) => ({ type })),
    ...change,
  };
}

const notFound = [404, { message: 'Not Found', documentation_url: 'https://docs.example', status: '404' }] as const;

/** Answers questions about settings; everything else is the server's. Who is no administrator sees less, as on GitHub. */
export function answerSettings(
  setup: GithubSetup,
  seen: (path: string, json: unknown) => void = () => undefined,
): Interference {
  return answering(({ method, path }) => {
    const answer = method === 'GET' ? answerOf(setup, path.replace(/\?.*$/, '')) : undefined;
    if (answer?.[0] === 200) seen(path.replace(/\?.*$/, ''), answer[1]);
    return answer;
  });
}

function headOf(set: GithubSetup['rulesets'][number]): object {
  const hidden = ['conditions', 'rules'];
  return Object.fromEntries(Object.entries(set).filter(([name]) => !hidden.includes(name)));
}

function answerOf(setup: GithubSetup, path: string): readonly [number, object] | undefined {
  const { admin } = setup.permissions;
  const rule = { ruleset_source_type: 'Repository', ruleset_source: 'acme/tiny', ruleset_id: 9 } as const;
  if (path === 'api/v3/user') return [403, { message: 'Resource not accessible by integration' }];
  if (path === '') return [200, { permissions: setup.permissions }];
  // The list tells neither conditions nor rules.
  if (path === 'rulesets') return [200, setup.rulesets.map(headOf)];
  const set = setup.rulesets.find(({ id }) => path === `rulesets/${id}`);
  if (set !== undefined) return [200, set];
  if (path === 'branches/main') return [200, { name: 'main', protected: setup.isProtected }];
  if (path === 'rules/branches/main') return [200, setup.branchRules.map((type) => ({ type, ...rule }))];
  if (path === 'immutable-releases')
    return admin && setup.locksReleases ? [200, { enabled: true, enforced_by_owner: false }] : notFound;
  if (path === 'actions/permissions/workflow')
    return admin
      ? [200, { default_workflow_permissions: setup.workflows, can_approve_pull_request_reviews: false }]
      : [403, { message: 'Resource not accessible by integration' }];
  return undefined;
}
