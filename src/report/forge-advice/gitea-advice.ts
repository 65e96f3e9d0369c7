import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import { shellWord } from '../process-document/shell.ts';
import type { ForgeAdvice } from './forge-advice.ts';

/** Gitea and Forgejo have the same pages. */
export function giteaAdvice({ address, repository }: HostedForgePolicy): ForgeAdvice {
  const settings = `${address}/${repository}/settings`;
  const keys = `${address}/user/settings/keys`;
  const pattern = (prefix: string): string => `${prefix}*`;
  return {
    pattern,
    protectTags: (prefixes) => {
      const patterns = prefixes.map(pattern);
      const whole = patterns.length === 1 ? patterns.join('') : `{${patterns.join(',')}}`;
      return `protect the tags ${whole} at ${settings}/tags, with the maintainers alone on the list of who may make them`;
    },
    restrictCreation: undefined,
    nameMaintainers: `put the maintainers on the lists at ${settings}/tags`,
    showTagRules: `look at ${settings}/tags`,
    protectBranch: (branch) =>
      `add a rule for ${branch} at ${settings}/branches with "Disable Push" (or a list of who may push) and without force pushes`,
    lockReleases: undefined,
    restrictJobs: undefined,
    guardVariables: undefined,
    guardImageTags: undefined,
    makeToken: `make one with the scope "write:repository" at ${address}/user/settings/applications, as a user who may write there`,
    addKey: (kind, source) => {
      const print = source.is === 'file' ? `cat -- ${shellWord(source.path)}` : source.line;
      return `add what ${print} prints at ${keys}${kind === 'ssh' ? ', and prove there that it is yours ("Verify")' : ''}`;
    },
    proveKey: `press "Verify" beside it at ${keys}`,
  };
}
