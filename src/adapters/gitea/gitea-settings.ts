import * as z from 'zod/mini';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ForgeSettingsReader, TagRule, TagRules, Told, TokenRights } from '../../ports/forge-settings.ts';
import { told } from '../../ports/forge-settings.ts';
import type { SettingCall } from '../forge-http/ask-setting.ts';
import { askList, askObject, eachByItself, mapAnswer, shaped } from '../forge-http/ask-setting.ts';
import { readForgeComplaint } from '../forge-http/forge-error.ts';
import { readObject } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import type { GiteaApi } from './gitea-api.ts';
import { missingScope, openGiteaApi } from './gitea-api.ts';
import { regexpOfPattern } from './tag-pattern.ts';

/** How a repository of Gitea or Forgejo is set up, as far as the token may see it. */
export function giteaSettings(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ForgeSettingsReader & { readonly close: () => void } {
  const api = openGiteaApi(policy, options);
  return {
    close: api.close,
    readSettings: async ({ branch }) => {
      const ask = eachByItself();
      return {
        token: await ask(() => readToken(api)),
        tagRules: await ask(() => readTagRules(api)),
        branchIsProtected: await ask(() => readBranch(api, branch)),
        // Neither has any of it.
        locksReleases: { is: 'absent' },
        jobsMayPush: { is: 'absent' },
        variables: { is: 'absent' },
        imageTags: { is: 'absent' },
      };
    },
  };
}

const repositorySchema = z.object({
  archived: z.optional(z.boolean()),
  permissions: z.optional(z.object({ push: z.boolean() })),
});

async function readToken(api: GiteaApi): Promise<TokenRights> {
  const { session } = api;
  const what = `read ${api.label}`;
  const url = new URL(api.url('.').href.replace(/\/$/, ''));
  const reply = await session.send({ what, method: 'GET', url, returned: [404] });
  if (reply.status === 404) throw api.missing(what);
  if (session.token.is === 'none') return { is: 'missing', advice: session.token.advice };
  const { archived = false, permissions } = shaped(what, repositorySchema, readObject(what, reply));
  if (archived) return { is: 'reads', because: 'can write nothing, since the repository is archived' };
  if (permissions?.push !== true) return { is: 'reads', because: 'is of a user who may only read the repository' };
  return readScope(api);
}

/** No token can be asked for its scopes: only what lacks one is answered with it. There is no release 0 to be changed. */
async function readScope(api: GiteaApi): Promise<TokenRights> {
  const call = { what: 'see what the token may write', method: 'PATCH', url: api.url('releases/0'), json: {} } as const;
  const reply = await api.session.send({ ...call, returned: [403, 404] });
  if (reply.status === 404) return { is: 'writes', lastDay: undefined };
  return { is: 'reads', because: `lacks ${missingScope(reply) ?? `a right: ${readForgeComplaint(reply)}`}` };
}

/** Both kinds of rules are shown to administrators of the repository alone. */
function setting(api: GiteaApi, path: string, what: string): SettingCall {
  const takes = (refusal: Reply): string =>
    refusal.status === 404
      ? 'a newer version of the forge'
      : (missingScope(refusal) ?? "the token of one of the repository's administrators");
  return { what, url: api.url(path), takes };
}

const tagRuleSchema = z.object({
  name_pattern: z.string(),
  whitelist_usernames: z.nullish(z.array(z.string())),
  whitelist_teams: z.nullish(z.array(z.string())),
});

async function readTagRules(api: GiteaApi): Promise<Told<TagRules>> {
  const call = setting(api, 'tag_protections', 'read the rules about tags');
  return mapAnswer(await askList(api.session, call), (rules) => ({
    several: 'loosest-binds',
    rules: rules.map((rule) => toRule(call.what, rule)),
  }));
}

function toRule(what: string, json: JsonObject): TagRule {
  const rule = shaped(what, tagRuleSchema, json);
  return {
    name: rule.name_pattern,
    covers: { is: 'regexp', source: regexpOfPattern(rule.name_pattern) },
    forbids: ['creation', 'update', 'deletion'],
    bindsAll: [...(rule.whitelist_usernames ?? []), ...(rule.whitelist_teams ?? [])].length === 0,
  };
}

const branchSchema = z.object({ protected: z.boolean(), effective_branch_protection_name: z.optional(z.string()) });

const branchRuleSchema = z.object({
  enable_push: z.boolean(),
  enable_push_whitelist: z.boolean(),
  // Forgejo and older versions of Gitea let nobody force a push to a protected branch.
  enable_force_push: z._default(z.boolean(), false),
  enable_force_push_allowlist: z._default(z.boolean(), false),
});

/** That a branch is protected says little: a rule may let everyone push to it. */
async function readBranch(api: GiteaApi, branch: string): Promise<Told<boolean>> {
  const what = `read how ${branch} is protected`;
  const shown = await askObject(api.session, {
    ...setting(api, `branches/${encodeURIComponent(branch)}`, what),
    takes: (refusal) =>
      refusal.status === 404
        ? 'a branch of that name on the forge'
        : (missingScope(refusal) ?? 'a token that may read'),
  });
  if (shown.is === 'withheld') return shown;
  const { protected: isProtected, effective_branch_protection_name: rule = branch } = shaped(
    what,
    branchSchema,
    shown.value,
  );
  if (!isProtected) return told(false);
  const path = `branch_protections/${encodeURIComponent(rule === '' ? branch : rule)}`;
  return mapAnswer(await askObject(api.session, setting(api, path, what)), (json) => {
    const found = shaped(what, branchRuleSchema, json);
    const isOpen = found.enable_push && !found.enable_push_whitelist;
    const isForced = found.enable_push && found.enable_force_push && !found.enable_force_push_allowlist;
    return !isOpen && !isForced;
  });
}
