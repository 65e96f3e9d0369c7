import { isCutwaterError } from '../../domain/error.ts';
import { coversRef } from '../../domain/tag-rule-pattern.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ForbiddenTagAct, ForgeSettings, ForgeSettingsReader, TagRule } from '../../ports/forge-settings.ts';
import { shellWord } from '../../report/process-document/shell.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import type { CiIdentity } from './ci-identity.ts';

export interface SettingsAsked {
  readonly forge: HostedForgePolicy;
  readonly branch: string;
  readonly ciIdentity: CiIdentity;
}

/** What the forge itself should refuse, and whether it does. Cutwater refuses it all the same, later. */
export async function examineForgeSettings(
  reader: ForgeSettingsReader,
  asked: SettingsAsked,
): Promise<readonly Check[]> {
  try {
    return judgeForgeSettings(await reader.readSettings(asked.branch), asked);
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
    return [{ name: 'settings of the forge', is: 'warning', says: `${error.message}; ${error.hint}` }];
  }
}

export function judgeForgeSettings(settings: ForgeSettings, asked: SettingsAsked): readonly Check[] {
  const unseen = [
    ...(settings.tagRules === undefined ? ['rules about tags'] : []),
    ...(settings.branchIsProtected === undefined ? [`protection of ${asked.branch}`] : []),
    ...(settings.locksReleases === undefined ? ['whether releases are locked'] : []),
    ...(settings.workflowsMayWrite === undefined ? ['what workflows may do'] : []),
  ];
  return [
    ...judgeToken(settings, asked),
    ...judgeTagRules(settings, asked.forge),
    ...judgeBranch(settings, asked),
    ...judgeLock(settings, asked.forge),
    ...judgeWorkflowRights(settings, asked.forge),
    ...(unseen.length === 0
      ? []
      : [
          note(
            'settings of the forge',
            `the token here may not see: ${unseen.join(', ')}; run doctor as an administrator`,
          ),
        ]),
  ];
}

function note(name: string, says: string): Check {
  return { name, is: 'warning', says };
}

function judgeToken({ mayPush }: ForgeSettings, { ciIdentity }: SettingsAsked): readonly Check[] {
  const name = 'rights on the forge';
  if (mayPush === true) return [passed(name, 'the token here may write releases')];
  const says = 'no token here may write releases; in a workflow, give the job "contents: write" and GITHUB_TOKEN';
  return [
    ciIdentity === 'none' ? note(name, `${says}; a maintainer who only signs tags needs none`) : failed(name, says),
  ];
}

/** One tag of each kind that Cutwater believes, with the pattern of all of its kind. */
const decisions = [
  { sample: 'refs/tags/v1.2.3', pattern: 'refs/tags/v*' },
  { sample: 'refs/tags/withdrawn/v1.2.3/1', pattern: 'refs/tags/withdrawn/**/*' },
  { sample: 'refs/tags/restored/v1.2.3/1', pattern: 'refs/tags/restored/**/*' },
  { sample: 'refs/tags/checkpoint/1', pattern: 'refs/tags/checkpoint/**/*' },
  { sample: 'refs/tags/evidence/staging/v1.2.3-rc.1/1', pattern: 'refs/tags/evidence/**/*' },
] as const;

function judgeTagRules({ tagRules }: ForgeSettings, forge: HostedForgePolicy): readonly Check[] {
  if (tagRules === undefined) return [];
  const name = 'tag rules';
  const open = (act: ForbiddenTagAct): readonly string[] =>
    decisions.filter(({ sample }) => !isForbidden(tagRules, sample, act)).map(({ pattern }) => pattern);
  const changeable = [...new Set([...open('update'), ...open('deletion')])];
  const creatable = open('creation');
  const checks: Check[] = [];
  if (changeable.length > 0)
    checks.push(
      note(
        name,
        `whoever may push can move or delete ${changeable.join(', ')}, and releases are judged by what those tags say; run ${ruleCommand(forge, changeable)}`,
      ),
    );
  if (creatable.length > 0)
    checks.push(
      note(
        name,
        `whoever may push, workflows included, can make ${creatable.join(', ')}; only signed ones count, but each starts a run: add "Restrict creations" to a tag ruleset for them at ${webAddress(forge)}/settings/rules, with the maintainers alone on its bypass list`,
      ),
    );
  return checks.length > 0 ? checks : [passed(name, 'only those on the bypass list can make, move or delete tags')];
}

function isForbidden(rules: readonly TagRule[], ref: string, act: ForbiddenTagAct): boolean {
  return rules.some(
    ({ include, exclude, forbids }) =>
      forbids.includes(act) &&
      include.some((pattern) => coversRef(pattern, ref)) &&
      !exclude.some((pattern) => coversRef(pattern, ref)),
  );
}

function judgeBranch({ branchIsProtected }: ForgeSettings, { forge, branch }: SettingsAsked): readonly Check[] {
  const name = 'protection of the branch';
  if (branchIsProtected === undefined) return [];
  if (branchIsProtected) return [passed(name, `${branch} is protected`)];
  return [
    note(
      name,
      `whoever may push to ${branch} decides whose signatures count; add a branch ruleset for it at ${webAddress(forge)}/settings/rules with "Require a pull request before merging" and "Block force pushes"`,
    ),
  ];
}

function judgeLock({ locksReleases }: ForgeSettings, forge: HostedForgePolicy): readonly Check[] {
  const name = 'immutable releases';
  if (locksReleases === undefined) return [];
  if (locksReleases) return [passed(name, 'files and tag of a published release are locked')];
  const command = gh(forge, ['--method', 'PUT', `repos/${forge.repository}/immutable-releases`]);
  return [note(name, `files of a published release can be exchanged; run ${command}`)];
}

function judgeWorkflowRights({ workflowsMayWrite }: ForgeSettings, forge: HostedForgePolicy): readonly Check[] {
  const name = 'rights of workflows';
  if (workflowsMayWrite === undefined) return [];
  if (!workflowsMayWrite) return [passed(name, 'a workflow that asks for nothing may only read')];
  const path = `repos/${forge.repository}/actions/permissions/workflow`;
  const command = gh(forge, ['--method', 'PUT', path, '-f', 'default_workflow_permissions=read']);
  return [note(name, `a workflow that asks for nothing may push commits and tags; run ${command}`)];
}

function ruleCommand(forge: HostedForgePolicy, patterns: readonly string[]): string {
  const fields = [
    'name=tags that decide',
    'target=tag',
    'enforcement=active',
    ...patterns.map((pattern) => `conditions[ref_name][include][]=${pattern}`),
    'conditions[ref_name][exclude][]',
    'rules[][type]=update',
    'rules[][type]=deletion',
  ];
  const path = `repos/${forge.repository}/rulesets`;
  return gh(forge, ['--method', 'POST', path, ...fields.flatMap((field) => ['-f', field])]);
}

function gh({ address }: HostedForgePolicy, args: readonly string[]): string {
  const { host } = new URL(address);
  const where = host === 'github.com' ? [] : ['--hostname', host];
  return ['gh', 'api', ...where, ...args].map(shellWord).join(' ');
}

function webAddress({ address, repository }: HostedForgePolicy): string {
  return `${address}/${repository}`;
}
