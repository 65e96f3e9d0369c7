import * as z from 'zod/mini';
import { searchRegexp } from '../../domain/regexp-search.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type {
  ForgeSettingsReader,
  ImageTagRules,
  JobVariable,
  TagRule,
  TagRules,
  Told,
  TokenRights,
} from '../../ports/forge-settings.ts';
import { told } from '../../ports/forge-settings.ts';
import type { SettingCall } from '../forge-http/ask-setting.ts';
import { askList, askObject, eachByItself, mapAnswer, shaped } from '../forge-http/ask-setting.ts';
import { readObject } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import type { GitlabApi } from './gitlab-api.ts';
import { openGitlabApi } from './gitlab-api.ts';

/** How a project of GitLab is set up, as far as the token may see it, by its documented REST API v4. */
export function gitlabSettings(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ForgeSettingsReader & { readonly close: () => void } {
  const api = openGitlabApi(policy, options);
  return {
    close: api.close,
    readSettings: async ({ branch, variables }) => {
      // The token of a job opens releases and packages, and nothing of this.
      if (api.session.token.is === 'token' && api.session.token.variable === 'CI_JOB_TOKEN') return jobsSight;
      const project = await readProject(api);
      const ask = eachByItself();
      return {
        token: await ask(() => readToken(api, project)),
        tagRules: await ask(() => readTagRules(api)),
        branchIsProtected: await ask(() => readBranch(api, branch)),
        locksReleases: { is: 'absent' },
        jobsMayPush: readJobRights(project),
        variables: await ask(() => readVariables(api, variables)),
        imageTags: await ask(() => readImageTags(api, project)),
      };
    },
  };
}

const asMaintainer = 'a token with the scope "read_api" of a member with the role Maintainer';
const hidden = { is: 'withheld', takes: `${asMaintainer}, in GITLAB_TOKEN` } as const;
const jobsSight = {
  token: { is: 'untold' },
  tagRules: hidden,
  branchIsProtected: hidden,
  locksReleases: { is: 'absent' },
  jobsMayPush: hidden,
  variables: hidden,
  imageTags: hidden,
} as const;

const accessSchema = z.nullish(z.object({ access_level: z.number() }));

const projectSchema = z.object({
  archived: z.optional(z.boolean()),
  permissions: z.nullish(z.object({ project_access: accessSchema, group_access: accessSchema })),
  // Shown to those who may change it, since GitLab 17.2.
  ci_push_repository_for_job_token_allowed: z.nullish(z.boolean()),
  container_registry_image_prefix: z.nullish(z.string()),
});

type Project = z.infer<typeof projectSchema>;

const developer = 30;
const maintainer = 40;

async function readProject(api: GitlabApi): Promise<Project> {
  const what = `read ${api.label}`;
  const url = new URL(api.url('.').href.replace(/\/$/, ''));
  const reply = await api.session.send({ what, method: 'GET', url, returned: [404] });
  if (reply.status === 404) throw api.missing(what);
  return shaped(what, projectSchema, readObject(what, reply));
}

const tokenSchema = z.object({ scopes: z.array(z.string()), expires_at: z.nullish(z.iso.date()) });

async function readToken({ session, page }: GitlabApi, { archived, permissions }: Project): Promise<TokenRights> {
  if (session.token.is === 'none') return { is: 'missing', advice: session.token.advice };
  if (archived === true) return { is: 'reads', because: 'can write nothing, since the project is archived' };
  const role = Math.max(permissions?.project_access?.access_level ?? 0, permissions?.group_access?.access_level ?? 0);
  if (role < developer) return { is: 'reads', because: 'is of a member with a role below Developer, or of no member' };
  const what = 'see what the token may do';
  const url = page('personal_access_tokens/self');
  const answer = await askObject(session, { what, url, takes: () => 'the scope "api"' });
  if (answer.is === 'withheld') return { is: 'reads', because: `lacks ${answer.takes}` };
  const { scopes, expires_at: lastDay } = shaped(what, tokenSchema, answer.value);
  // A fine-grained token's rights are told nowhere.
  if (scopes.includes('granular')) return { is: 'untold' };
  return scopes.includes('api')
    ? { is: 'writes', lastDay: lastDay ?? undefined }
    : { is: 'reads', because: `has ${scopes.join(', ')} as its scopes, and "api" is wanted` };
}

function setting(api: GitlabApi, path: string, what: string): SettingCall {
  return { what, url: api.url(path), takes: () => asMaintainer };
}

const accessLevels = z.array(
  z.object({
    access_level: z.nullish(z.number()),
    user_id: z.nullish(z.number()),
    group_id: z.nullish(z.number()),
    deploy_key_id: z.nullish(z.number()),
  }),
);

const tagRuleSchema = z.object({ name: z.string(), create_access_levels: accessLevels });

async function readTagRules(api: GitlabApi): Promise<Told<TagRules>> {
  const what = 'read which tags are protected';
  const call = setting(api, 'protected_tags?per_page=100', what);
  return mapAnswer(await askList(api.session, call), (rules) => ({
    several: 'loosest-binds',
    rules: rules.map((rule) => toRule(shaped(what, tagRuleSchema, rule))),
  }));
}

/** Nobody moves a protected tag, and no Developer deletes one, although on its list (gitlab-org/gitlab, issue 584005). */
function toRule({ name, create_access_levels: levels }: z.infer<typeof tagRuleSchema>): TagRule {
  const isForDevelopers = levels.some((one) => isRole(one) && isOpen(one.access_level));
  return {
    name,
    covers: { is: 'regexp', source: `^${wildcard(name)}$` },
    forbids: isForDevelopers ? ['update', 'deletion'] : ['creation', 'update', 'deletion'],
    bindsAll: levels.every((one) => isRole(one) && one.access_level === 0),
  };
}

type AccessLevel = z.infer<typeof accessLevels>[number];

/** A level beside a person, a group or a key is theirs alone. */
function isRole({ user_id: user, group_id: group, deploy_key_id: key }: AccessLevel): boolean {
  return [user, group, key].every((id) => id === null || id === undefined);
}

function isOpen(level: number | null | undefined): boolean {
  return typeof level === 'number' && level > 0 && level < maintainer;
}

/** "*" covers "/" too. */
function wildcard(name: string): string {
  return name.replaceAll(/[.+?^${}()|[\]\\*]/g, (mark) => (mark === '*' ? '.*' : `\\${mark}`));
}

const branchRuleSchema = z.object({
  name: z.string(),
  push_access_levels: accessLevels,
  allow_force_push: z._default(z.boolean(), false),
});

/** Of several rules the one that allows most counts. */
async function readBranch(api: GitlabApi, branch: string): Promise<Told<boolean>> {
  const what = `read how ${branch} is protected`;
  const call = setting(api, 'protected_branches?per_page=100', what);
  const listed = await askList(api.session, call);
  if (listed.is === 'withheld') return readShownBranch(api, branch);
  const rules = listed.value
    .map((json) => shaped(what, branchRuleSchema, json))
    // A pattern too long to be judged might be this one's.
    .filter(({ name }) => searchRegexp(`^${wildcard(name)}$`, branch) !== false);
  const isTight = ({ push_access_levels: levels, allow_force_push: isForced }: (typeof rules)[number]): boolean =>
    !isForced && !levels.some((one) => isRole(one) && isOpen(one.access_level));
  return told(rules.length > 0 && rules.every(isTight));
}

const shownBranchSchema = z.object({ protected: z.boolean(), developers_can_push: z.optional(z.boolean()) });

/** What everyone sees of a branch says when it is open, and not whether it can be forced. */
async function readShownBranch(api: GitlabApi, branch: string): Promise<Told<boolean>> {
  const what = `read branch ${branch}`;
  const path = `repository/branches/${encodeURIComponent(branch)}`;
  const shown = await askObject(api.session, setting(api, path, what));
  if (shown.is === 'withheld') return shown;
  const { protected: isProtected, developers_can_push: isOpen } = shaped(what, shownBranchSchema, shown.value);
  return !isProtected || isOpen === true ? told(false) : { is: 'withheld', takes: asMaintainer };
}

function readJobRights({ ci_push_repository_for_job_token_allowed: mayPush, permissions }: Project): Told<boolean> {
  if (typeof mayPush === 'boolean') return told(mayPush);
  const role = Math.max(permissions?.project_access?.access_level ?? 0, permissions?.group_access?.access_level ?? 0);
  // Older ones let no job push.
  return role >= maintainer ? { is: 'absent' } : { is: 'withheld', takes: asMaintainer };
}

const variableSchema = z.object({ key: z.string(), protected: z.boolean() });

/** One by one: a list would bring the values of all secrets here. */
async function readVariables(api: GitlabApi, names: readonly string[]): Promise<Told<readonly JobVariable[]>> {
  const found: JobVariable[] = [];
  for (const name of names) {
    const what = `read whether variable ${name} is protected`;
    const url = api.url(`variables/${encodeURIComponent(name)}`);
    const reply = await api.session.send({ what, method: 'GET', url, returned: [401, 403, 404, 409] });
    if (reply.status === 401 || reply.status === 403) return { is: 'withheld', takes: asMaintainer };
    // There are several of the name, each for another environment, and any of them may be bare.
    if (reply.status === 409) found.push({ name, reach: 'untold' });
    if (reply.status !== 200) continue;
    const { protected: isProtected } = shaped(what, variableSchema, readObject(what, reply));
    found.push({ name, reach: isProtected ? 'protected' : 'everywhere' });
  }
  return told(found);
}

const imageRuleSchema = z.object({
  tag_name_pattern: z.string(),
  minimum_access_level_for_push: z.nullish(z.string()),
});

/** Rules about who may push. Those that make tags immutable are not told by this API. */
async function readImageTags(
  api: GitlabApi,
  { container_registry_image_prefix: prefix }: Project,
): Promise<Told<ImageTagRules>> {
  if (prefix === null || prefix === undefined) return { is: 'absent' };
  const what = 'read the rules about tags of images';
  const takes = (refusal: Reply): string => (refusal.status === 404 ? 'GitLab 18.7 or newer' : asMaintainer);
  const answer = await askList(api.session, { what, url: api.url('registry/protection/tag/rules'), takes });
  return mapAnswer(answer, (rules) => ({
    prefix,
    guarded: rules
      .map((rule) => shaped(what, imageRuleSchema, rule))
      .filter(({ minimum_access_level_for_push: level }) => typeof level === 'string' && level !== '')
      .map((rule) => rule.tag_name_pattern),
  }));
}
