import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import { shellWord } from '../process-document/shell.ts';
import type { ForgeAdvice } from './forge-advice.ts';

export function githubAdvice({ address, repository }: HostedForgePolicy): ForgeAdvice {
  const { host } = new URL(address);
  const isCloud = host === 'github.com';
  const gh = (args: readonly string[]): string =>
    ['gh', 'api', ...(isCloud ? [] : ['--hostname', host]), ...args].map(shellWord).join(' ');
  const rules = `${address}/${repository}/settings/rules`;
  const pattern = (prefix: string): string => `refs/tags/${prefix}${prefix.endsWith('/') ? '**/*' : '*'}`;
  return {
    pattern,
    protectTags: (prefixes) => {
      const fields = [
        'name=tags that decide',
        'target=tag',
        'enforcement=active',
        ...prefixes.map((prefix) => `conditions[ref_name][include][]=${pattern(prefix)}`),
        'conditions[ref_name][exclude][]',
        'rules[][type]=update',
        'rules[][type]=deletion',
      ];
      const path = `repos/${repository}/rulesets`;
      return `run ${gh(['--method', 'POST', path, ...fields.flatMap((field) => ['-f', field])])}`;
    },
    restrictCreation: `add "Restrict creations" to a tag ruleset for them at ${rules}, with the maintainers alone on its bypass list`,
    nameMaintainers: `name the maintainers on the bypass list at ${rules}`,
    showTagRules: `look at ${rules}`,
    protectBranch: (branch) =>
      `add a branch ruleset for ${branch} at ${rules} with "Require a pull request before merging" and "Block force pushes"`,
    lockReleases: `run ${gh(['--method', 'PUT', `repos/${repository}/immutable-releases`])}`,
    restrictJobs: `run ${gh(['--method', 'PUT', `repos/${repository}/actions/permissions/workflow`, '-f', 'default_workflow_permissions=read'])}`,
    guardVariables: undefined,
    guardImageTags: undefined,
    makeToken: 'in a workflow, give the job "contents: write" and GITHUB_TOKEN',
    addKey: (kind, source) => {
      const command = isCloud ? 'gh' : `GH_HOST=${shellWord(host)} gh`;
      const verb = kind === 'ssh' ? 'ssh-key add --type signing' : 'gpg-key add';
      return source.is === 'file'
        ? `run ${command} ${verb} ${shellWord(source.path)}`
        : `run ${source.line} | ${command} ${verb} -`;
    },
    proveKey: undefined,
  };
}
