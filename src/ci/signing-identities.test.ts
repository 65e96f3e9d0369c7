import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyless, workflowPolicy } from '../../test/make/workflow-policy.ts';
import { untrustedIdentities } from './signing-identities.ts';

const { trust } = workflowPolicy();
const maintainers = trust.maintainers.map(({ name, key }) => ({ name, ssh: key.kind === 'ssh' ? key.publicKey : '' }));
const at = 'https://github.com/acme/tiny/.github/workflows';

function untrusted(identities: readonly string[], change: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const ci = identities.map((identity, number) => ({
    name: `ci ${number}`,
    keyless: { ...keyless.keyless, identity },
  }));
  return untrustedIdentities(workflowPolicy({ trust: { maintainers, ci }, ...change }));
}

void test('a workflow that signs as nobody whom trust.ci accepts is found before it has built anything', () => {
  const releases = `${at}/release.yml@refs/tags/*`;
  assert.deepEqual(untrusted([releases]), [`${at}/pilot-release.yml@refs/heads/main`]);
  assert.deepEqual(untrusted([releases, `${at}/pilot-release.yml@refs/heads/main`]), []);
  assert.deepEqual(untrusted([releases], { channels: { edge: false, nightly: false } }), []);
  assert.deepEqual(
    untrusted([`${at}/*.yml@refs/heads/main`], { announce: [{ name: 'news', kind: 'file', auto: true }] }),
    [`${at}/release.yml@refs/tags/v1.2.3`, `${at}/reconcile.yml@refs/tags/withdrawn/v1.2.3/1`],
  );
});

void test('with a key, or elsewhere than on GitHub, nothing is said about identities', () => {
  assert.deepEqual(untrustedIdentities(workflowPolicy()), []);
  assert.deepEqual(untrusted(['nobody'], { ci: { system: 'gitlab' } }), []);
});
