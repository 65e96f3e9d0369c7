import type { GitlabServer } from './gitlab-server.ts';

/** How a project of the test server is set up, and what the one who asks may do. */
export interface GitlabSetup {
  readonly role: number;
  readonly scopes: readonly string[];
  readonly expires: string | null;
  readonly isArchived: boolean;
  readonly tagRules: readonly { readonly name: string; readonly levels: readonly object[] }[];
  readonly branchRules: readonly {
    readonly name: string;
    readonly push: readonly number[];
    readonly force?: boolean;
  }[];
  readonly jobsMayPush: boolean | undefined;
  /** Names of variables, and whether each is protected; undefined: several of that name. */
  readonly variables: ReadonlyMap<string, boolean | undefined>;
  readonly imagePrefix: string | undefined;
  /** Undefined: an older GitLab. */
  readonly imageRules: readonly { readonly pattern: string; readonly push: string | null }[] | undefined;
  readonly openpgp: readonly string[];
  readonly ssh: readonly Readonly<Record<string, unknown>>[];
}

export const openGitlab: GitlabSetup = {
  role: 40,
  scopes: ['api'],
  expires: null,
  isArchived: false,
  tagRules: [],
  branchRules: [],
  jobsMayPush: false,
  variables: new Map(),
  imagePrefix: undefined,
  imageRules: [],
  openpgp: [],
  ssh: [],
};

type Answer = readonly [status: number, json: object];

/** What the documentation of the REST API says about each question, and the parameters that it takes. */
const questions: readonly (readonly [
  pattern: RegExp,
  parameters: readonly string[],
  answer: (setup: GitlabSetup, name: string) => Answer,
])[] = [
  [/^\/projects\/acme%2Ftiny$/, [], (setup) => [200, projectJson(setup)]],
  [
    /^\/projects\/acme%2Ftiny\/protected_tags$/,
    ['per_page', 'page'],
    (setup) => forMaintainers(setup, tagsJson(setup)),
  ],
  [
    /^\/projects\/acme%2Ftiny\/protected_branches$/,
    ['per_page', 'page', 'search'],
    (setup) => forMaintainers(setup, branchesJson(setup)),
  ],
  [/^\/projects\/acme%2Ftiny\/repository\/branches\/main$/, [], (setup) => [200, branchJson(setup)]],
  [/^\/projects\/acme%2Ftiny\/variables\/(\w+)$/, ['filter'], variableAnswer],
  [
    /^\/projects\/acme%2Ftiny\/registry\/protection\/tag\/rules$/,
    [],
    (setup) => (setup.imageRules === undefined ? notFound : forMaintainers(setup, imageRulesJson(setup.imageRules))),
  ],
  [/^\/personal_access_tokens\/self$/, [], ({ scopes, expires }) => [200, { id: 4, scopes, expires_at: expires }]],
  [/^\/user$/, [], (setup) => (reads(setup) ? [200, { id: 7, username: 'ada', name: 'Ada' }] : tooNarrow)],
  [/^\/users\/7\/gpg_keys$/, ['per_page', 'page'], ({ openpgp }) => [200, openpgp.map((key, id) => ({ id, key }))]],
  [/^\/users\/7\/keys$/, ['per_page', 'page'], ({ ssh }) => [200, ssh]],
];

/** Answers questions about settings and keys; everything else is the server's. */
export function serveGitlabSettings(gitlab: GitlabServer, setup: GitlabSetup): void {
  gitlab.interfere = ({ method, url = '' }, response) => {
    const asked = new URL(url, gitlab.address);
    const path = asked.pathname.replace(/^\/api\/v4/, '');
    const found = questions.find(([pattern]) => pattern.test(path));
    if (method !== 'GET' || found === undefined) return undefined;
    const [pattern, parameters, answer] = found;
    for (const name of asked.searchParams.keys())
      if (!parameters.includes(name)) gitlab.violations.push(`${path} takes no ${name}`);
    const [status, json] = answer(setup, pattern.exec(path)?.[1] ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    return 'answered';
  };
}

const notFound: Answer = [404, { error: '404 Not Found' }];
const tooNarrow: Answer = [403, { error: 'insufficient_scope', scope: 'api read_user' }];

function reads({ scopes }: GitlabSetup): boolean {
  return scopes.some((scope) => ['api', 'read_api', 'read_user'].includes(scope));
}

function forMaintainers({ role }: GitlabSetup, json: object): Answer {
  return role < 40 ? [403, { message: '403 Forbidden' }] : [200, json];
}

function projectJson({ role, isArchived, jobsMayPush, imagePrefix }: GitlabSetup): object {
  return {
    id: 1,
    archived: isArchived,
    permissions: { project_access: null, group_access: role === 0 ? null : { access_level: role } },
    ...(role >= 40 && jobsMayPush !== undefined && { ci_push_repository_for_job_token_allowed: jobsMayPush }),
    ...(imagePrefix !== undefined && { container_registry_image_prefix: imagePrefix }),
  };
}

function tagsJson({ tagRules }: GitlabSetup): object {
  return tagRules.map(({ name, levels }) => ({ name, create_access_levels: levels }));
}

function branchesJson({ branchRules }: GitlabSetup): object {
  return branchRules.map(({ name, push, force = false }, id) => ({
    id,
    name,
    push_access_levels: push.map((level) => ({ id: level, access_level: level, user_id: null, group_id: null })),
    merge_access_levels: [],
    allow_force_push: force,
  }));
}

function branchJson({ branchRules }: GitlabSetup): object {
  const push = branchRules.flatMap((rule) => rule.push);
  return { name: 'main', protected: branchRules.length > 0, developers_can_push: push.includes(30) };
}

function variableAnswer(setup: GitlabSetup, name: string): Answer {
  if (!setup.variables.has(name)) return forMaintainers(setup, {})[0] === 403 ? [403, {}] : notFound;
  const isProtected = setup.variables.get(name);
  if (isProtected === undefined) return [409, { message: 'There are multiple variables with provided parameters.' }];
  return forMaintainers(setup, { key: name, value: 'secret', protected: isProtected, masked: true });
}

function imageRulesJson(rules: NonNullable<GitlabSetup['imageRules']>): object {
  return rules.map(({ pattern, push }, id) => ({
    id,
    project_id: 1,
    tag_name_pattern: pattern,
    minimum_access_level_for_push: push,
    minimum_access_level_for_delete: 'maintainer',
  }));
}
