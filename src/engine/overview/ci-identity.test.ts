import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { CiSigner } from '../../domain/trust.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { CiIdentity } from './ci-identity.ts';
import { judgeCiIdentity } from './ci-identity.ts';

const workflow: CiSigner = {
  kind: 'keyless',
  name: 'release workflow',
  issuer: 'https://issuer.example',
  identity: 'https://issuer.example/release.yml',
  trustedRoot: new Uint8Array(),
};
const key: CiSigner = { kind: 'key', name: 'ci', publicKeyPem: '' };
const gate = 'gates: [{ name: smoke, command: [make, smoke] }]';

test('a token beside commands of the project is warned of, and one by itself is right', () => {
  const beside = judge('token', gate, workflow);
  equal(beside.is, 'warning');
  match(beside.says, /could sign as this workflow/);
  equal(judge('token', '', workflow).is, 'passed');
});

test('a token is nothing to sign with where trust.ci names no workflow', () => {
  const check = judge('token', '', key);
  equal(check.is, 'warning');
  match(check.says, /^none; .*trust\.ci names no workflow/);
});

test('only a key from a descriptor is right beside gates', () => {
  for (const [here, is] of [
    ['descriptor', 'passed'],
    ['exposed', 'warning'],
    ['none', 'warning'],
  ] as const)
    equal(judge(here, gate, key).is, is, here);
});

function judge(here: CiIdentity, more: string, signer: CiSigner) {
  const assemble = 'assemble: { base: scratch, files: [{ from: app, to: /app }], entrypoint: [/app] }';
  const text = `project: app\nimages:\n  - build: { ${assemble} }\ntrust: { maintainers: [{ name: Ada, openpgp: { fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567, keyFile: ada.asc } }], ci: [{ name: ci, keyFile: ci.pub }] }\n${more}\n`;
  return judgeCiIdentity(here, { policy: parsePolicy(text, { file: 'cutwater.yaml' }), trust: { ci: [signer] } });
}
