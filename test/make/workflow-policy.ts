import type { CiSystem } from '../../src/policy/ci-schema.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { WorkflowFile } from '../../src/ci/workflow-file.ts';
import { workflowsOf } from '../../src/ci/workflows.ts';

/** A policy for the workflows of GitHub: a Dockerfile on two platforms, signed with a key. `change` is laid over it. */
export function workflowPolicy(change: Readonly<Record<string, unknown>> = {}): Policy {
  const document = {
    project: 'tiny',
    source: 'https://github.com/acme/tiny',
    signatures: { formats: ['ssh'] },
    trust: {
      maintainers: [{ name: 'Ada', ssh: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}` }],
      ci: [ciKey],
    },
    images: [image],
    ...change,
  };
  return parsePolicy(JSON.stringify(document), { file: 'cutwater.yaml' });
}

export const ciKey = { name: 'ci', keyFile: '.cutwater/keys/ci.pem' };
export const keyless = {
  name: 'workflow',
  keyless: {
    issuer: 'https://token.actions.githubusercontent.com',
    identity: 'https://github.com/acme/tiny/.github/workflows/release.yml@refs/tags/*',
    trustedRoot: '.cutwater/keys/root.json',
  },
};
export const image = { repository: 'ghcr.io/acme/tiny', build: { dockerfile: 'Dockerfile' } };

/** The files of a policy that allows some, by the last part of their path. */
export function filesOf(policy: Policy, system?: CiSystem): Readonly<Record<string, string>> {
  const asked = system === undefined ? policy : { ...policy, ci: { ...policy.ci, system } };
  const workflows = workflowsOf(asked);
  if (workflows.is === 'refused') throw new Error(workflows.reason);
  return Object.fromEntries(
    workflows.value.files.map(({ path, text }: WorkflowFile) => [path.split('/').at(-1), text]),
  );
}
