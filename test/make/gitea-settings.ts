import type { GiteaServer } from './gitea-server.ts';

/** How a repository of the test server is set up, and what the one who asks may do. */
export interface GiteaSetup {
  readonly scopes: readonly string[];
  readonly permissions: Readonly<Record<'admin' | 'push' | 'pull', boolean>>;
  readonly isArchived: boolean;
  readonly tagRules: readonly { readonly pattern: string; readonly users: readonly string[] }[];
  /** The rule about the default branch. */
  readonly branchRule: Readonly<Record<string, unknown>> | undefined;
  /** OpenPGP keys as the API has them. */
  readonly openpgp: readonly (Readonly<Record<string, unknown>> & { readonly key_id: string })[];
  readonly ssh: readonly string[];
}

export const openGitea: GiteaSetup = {
  scopes: ['all'],
  permissions: { admin: true, push: true, pull: true },
  isArchived: false,
  tagRules: [],
  branchRule: undefined,
  openpgp: [],
  ssh: [],
};

/** A rule about a branch as Gitea gives it. */
export function branchRule(change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    branch_name: 'main',
    rule_name: 'main',
    enable_push: false,
    enable_push_whitelist: false,
    push_whitelist_usernames: [],
    enable_force_push: false,
    enable_force_push_allowlist: false,
    ...change,
  };
}

type Answer = readonly [status: number, json: object];

/** Answers questions about settings and keys; everything else is the server's. */
export function serveGiteaSettings(
  gitea: GiteaServer,
  setup: GiteaSetup,
  seen: (method: string, path: string, answer: Answer) => void = () => undefined,
): void {
  gitea.interfere = ({ method = 'GET', url = '', headers }, response) => {
    const path = url.replace(/^\/api\/v1/, '').replace(/\?.*$/, '');
    const answer = answerOf(setup, { method, path, isKnown: headers.authorization !== undefined });
    if (answer === undefined) return undefined;
    seen(method, path, answer);
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
    return 'answered';
  };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly isKnown: boolean;
}

function answerOf(setup: GiteaSetup, { method, path, isKnown }: Asked): Answer | undefined {
  const category = /^\/users?(?:\/|$)/.test(path) ? 'user' : 'repository';
  const needed = `${method === 'GET' ? 'read' : 'write'}:${category}`;
  const held = ['all', needed, needed.replace('read:', 'write:')];
  const own = ownAnswer(setup, method, path);
  if (own === undefined) return undefined;
  if (isKnown && !held.some((scope) => setup.scopes.includes(scope)))
    return refuse(
      403,
      `token does not have at least one of required scope(s), required=[${needed}], token scope=${setup.scopes.join(',')}`,
    );
  if (/_protections/.test(path)) {
    if (!isKnown) return refuse(401, 'token is required');
    if (!setup.permissions.admin)
      return refuse(403, 'user should be an owner or a collaborator with admin write of a repository');
  }
  return own;
}

function ownAnswer(setup: GiteaSetup, method: string, path: string): Answer | undefined {
  const base = '/repos/acme/tiny';
  const rule = setup.branchRule;
  switch (`${method} ${path}`) {
    case `GET ${base}`:
      return [200, { id: 1, archived: setup.isArchived, permissions: setup.permissions }];
    case `PATCH ${base}/releases/0`:
      return refuse(404, 'not found');
    case `GET ${base}/tag_protections`:
      return [
        200,
        setup.tagRules.map(({ pattern, users }, id) => ({
          id: id + 1,
          name_pattern: pattern,
          whitelist_usernames: users,
          whitelist_teams: [],
          created_at: '2026-01-02T03:04:05Z',
          updated_at: '2026-01-02T03:04:05Z',
        })),
      ];
    case `GET ${base}/branches/main`:
      return [
        200,
        { name: 'main', protected: rule !== undefined, effective_branch_protection_name: rule?.['rule_name'] ?? '' },
      ];
    case 'GET /user':
      return [200, { id: 7, login: 'ada' }];
    case 'GET /users/ada/gpg_keys':
      return [200, setup.openpgp];
    case 'GET /users/ada/keys':
      return [200, setup.ssh.map((key, id) => ({ id: id + 1, key, title: 'laptop' }))];
    default:
      return path === `${base}/branch_protections/${encodeURIComponent(String(rule?.['rule_name']))}` &&
        rule !== undefined
        ? [200, rule]
        : undefined;
  }
}

function refuse(status: number, message: string): Answer {
  return [status, { message, url: 'https://docs.example/api/swagger' }];
}
