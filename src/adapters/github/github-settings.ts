import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type {
  ForbiddenTagAct,
  ForgeSettingsReader,
  TagRule,
  TagRules,
  Told,
  TokenRights,
} from '../../ports/forge-settings.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { eachByItself } from '../forge-http/ask-setting.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { readList, readObject } from '../forge-http/forge-json.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { isJsonObject } from '../oci-http/json-object.ts';
import type { GithubApi } from './github-api.ts';
import { openGithubApi } from './github-api.ts';

/** How a repository of GitHub is set up, as far as the token may see it. */
export function githubSettings(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ForgeSettingsReader & { readonly close: () => void } {
  const api = openGithubApi(policy, options);
  return {
    close: api.close,
    readSettings: async ({ branch }) => {
      const permissions = await readPermissions(api);
      const each = eachByItself();
      const [tagRules, branchIsProtected, jobsMayPush] = await Promise.all([
        each(async () => seen(await readTagRules(api))),
        each(async () => seen(await readBranchProtection(api, branch))),
        each(async () => seen(await readJobRights(api))),
      ]);
      return {
        token: rightsOf(api, permissions),
        tagRules,
        branchIsProtected,
        locksReleases: await each(async () => seen(await readLock(api, flag(permissions, 'admin') === true))),
        jobsMayPush,
        variables: { is: 'absent' },
        imageTags: { is: 'absent' },
      };
    },
  };
}

function seen<Value>(value: Value | undefined): Told<Value> {
  return value === undefined
    ? { is: 'withheld', takes: "the token of one of the repository's administrators" }
    : { is: 'told', value };
}

function rightsOf({ session: { token } }: GithubApi, permissions: JsonObject): TokenRights {
  if (token.is === 'none') return { is: 'missing', advice: token.advice };
  return flag(permissions, 'push') === true
    ? { is: 'writes', lastDay: undefined }
    : { is: 'reads', because: 'may not write releases' };
}

/** Undefined where the token may not see it, or there is no such thing. */
async function ask(api: GithubApi, path: string, what: string): Promise<JsonObject | undefined> {
  const reply = await api.session.send({ what, method: 'GET', url: api.url(path), returned: [403, 404] });
  return reply.status === 200 ? readObject(what, reply) : undefined;
}

async function readPermissions(api: GithubApi): Promise<JsonObject> {
  const what = `read ${api.place.label}`;
  const url = new URL(api.place.repository.href.replace(/\/$/, ''));
  const reply = await api.session.send({ what, method: 'GET', url, returned: [404] });
  if (reply.status === 404) throw await api.missing(what, 'the right "metadata: read"');
  const { permissions } = readObject(what, reply);
  return isJsonObject(permissions) ? permissions : {};
}

/** Where locking is off GitHub answers 404, as it does to whoever may not ask. */
async function readLock(api: GithubApi, isAdmin: boolean): Promise<boolean | undefined> {
  const setting = await ask(api, 'immutable-releases', 'read whether releases are locked');
  if (setting === undefined) return isAdmin ? false : undefined;
  return flag(setting, 'enabled');
}

async function readJobRights(api: GithubApi): Promise<boolean | undefined> {
  const workflow = await ask(api, 'actions/permissions/workflow', 'read what workflows may do');
  const written = workflow?.['default_workflow_permissions'];
  return typeof written === 'string' ? written === 'write' : undefined;
}

async function readTagRules(api: GithubApi): Promise<TagRules | undefined> {
  const what = 'read the rules about tags';
  const url = api.url('rulesets', { includes_parents: 'true', targets: 'tag', per_page: '100' });
  const first = await api.session.send({ what, method: 'GET', url, returned: [403, 404] });
  if (first.status !== 200) return undefined;
  const sets = await readAllPages(api.session, { what, method: 'GET', url });
  const rules: TagRule[] = [];
  for (const { id, target, enforcement } of sets) {
    if (target !== 'tag' || enforcement !== 'active' || typeof id !== 'number') continue;
    const whole = await ask(api, `rulesets/${id}`, what);
    if (whole !== undefined) rules.push(toRule(whole));
  }
  return { several: 'each-binds', rules };
}

function toRule(set: JsonObject): TagRule {
  const conditions = isJsonObject(set['conditions']) ? set['conditions'] : {};
  const names = isJsonObject(conditions['ref_name']) ? conditions['ref_name'] : {};
  const types = objects(set['rules']).map(({ type }) => type);
  const acts: readonly ForbiddenTagAct[] = ['creation', 'update', 'deletion'];
  return {
    name: typeof set['name'] === 'string' ? set['name'] : '',
    covers: { is: 'refs', include: texts(names['include']), exclude: texts(names['exclude']) },
    forbids: acts.filter((act) => types.includes(act)),
    // The bypass list is shown to administrators alone, and roles on it stand for people.
    bindsAll: undefined,
  };
}

/** By a ruleset, or by the older protection of branches, which the branch itself tells. */
async function readBranchProtection(api: GithubApi, branch: string): Promise<boolean | undefined> {
  const what = 'read how the default branch is protected';
  const name = encodeURIComponent(branch);
  const own = await ask(api, `branches/${name}`, what);
  if (own !== undefined && flag(own, 'protected') === true) return true;
  const url = api.url(`rules/branches/${name}`);
  const reply = await api.session.send({ what, method: 'GET', url, returned: [403, 404] });
  if (reply.status !== 200) return own === undefined ? undefined : flag(own, 'protected');
  const types = readList(what, reply).map(({ type }) => type);
  return types.some((type) => type === 'pull_request' || type === 'update') && types.includes('non_fast_forward');
}

function flag(object: JsonObject, name: string): boolean | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'boolean' ? value : undefined;
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
