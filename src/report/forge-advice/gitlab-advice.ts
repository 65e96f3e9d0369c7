import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import { shellWord } from '../process-document/shell.ts';
import type { ForgeAdvice } from './forge-advice.ts';

export function gitlabAdvice({ address, repository }: HostedForgePolicy): ForgeAdvice {
  const { host } = new URL(address);
  const project = `projects/${encodeURIComponent(repository)}`;
  const settings = `${address}/${repository}/-/settings`;
  const glab = (...args: readonly string[]): string =>
    ['glab', 'api', ...(host === 'gitlab.com' ? [] : ['--hostname', host]), '--method', ...args]
      .map(shellWord)
      .join(' ');
  const pattern = (prefix: string): string => `${prefix}*`;
  return {
    pattern,
    protectTags: (prefixes) => {
      const lines = prefixes.map((prefix) =>
        glab('POST', `${project}/protected_tags`, '-f', `name=${pattern(prefix)}`, '-f', 'create_access_level=40'),
      );
      return `remove rules there at ${settings}/repository that let developers make them, and run ${lines.join(' && ')}`;
    },
    restrictCreation: undefined,
    nameMaintainers: `let maintainers make them at ${settings}/repository, under "Protected tags", "Allowed to create"`,
    showTagRules: `look at ${settings}/repository, under "Protected tags"`,
    protectBranch: (branch) =>
      `protect ${branch} at ${settings}/repository, under "Protected branches", with "Allowed to push and merge" for maintainers at most and "Allowed to force push" off`,
    lockReleases: undefined,
    restrictJobs: `run ${glab('PUT', project, '-f', 'ci_push_repository_for_job_token_allowed=false')}`,
    guardVariables: (names) =>
      `run ${names.map((name) => glab('PUT', `${project}/variables/${name}`, '-f', 'protected=true')).join(' && ')}`,
    guardImageTags: `add a rule for them at ${settings}/packages_and_registries, under "Container registry", "Protected container tags"`,
    makeToken: `make one with the scope "api" at ${address}/-/user_settings/personal_access_tokens, as a member with the role Developer or a higher one`,
    addKey: (kind, source) => {
      const print = source.is === 'file' ? `cat -- ${shellWord(source.path)}` : source.line;
      const where = kind === 'ssh' ? 'ssh_keys, with the usage type "Signing"' : 'gpg_keys';
      return `add what ${print} prints at ${address}/-/user_settings/${where}`;
    },
    proveKey: undefined,
  };
}
