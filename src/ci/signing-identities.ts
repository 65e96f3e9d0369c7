import { matchesGlob } from '../policy/glob.ts';
import type { Policy } from '../policy/policy.ts';
import { needsOf } from './workflow-needs.ts';

/**
 * The identities that the certificates of a project's workflows will name, as an example each, and that no entry of trust.ci
 * accepts. Known for GitHub alone; empty where CI signs with a key.
 */
export function untrustedIdentities(policy: Policy): readonly string[] {
  const needs = needsOf(policy);
  const { source } = policy;
  if (needs.signs !== 'token' || policy.ci.system !== 'github' || source === undefined) return [];
  const workflow = (name: string, ref: string): string => `${source}/.github/workflows/${name}@refs/${ref}`;
  const { branch } = policy.git;
  const names = [
    workflow('release.yml', 'tags/v1.2.3'),
    ...(needs.edge ? [workflow('pilot-release.yml', `heads/${branch}`)] : []),
    ...(needs.announces
      ? [workflow('reconcile.yml', `heads/${branch}`), workflow('reconcile.yml', 'tags/withdrawn/v1.2.3/1')]
      : []),
  ];
  const patterns = policy.trust.ci.flatMap((one) => (one.kind === 'keyless' ? [one.identity] : []));
  return names.filter((name) => !patterns.some((pattern) => matchesGlob(pattern, name)));
}
