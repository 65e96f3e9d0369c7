import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { silentContext } from '../../test/make/silent-context.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { attestorIfHere } from './compose-announce.ts';
import { findCiIdentity } from './compose-signer.ts';

const token = { SIGSTORE_ID_TOKEN: 'a.b.c' };
const workflow =
  'keyless: { issuer: "https://issuer.example", identity: "https://issuer.example/x", trustedRoot: root.json }';

test('a token signs announcements only where trust.ci names a workflow; else the machine is one without a key', async () => {
  equal(await attestorHere(token, 'keyFile: ci.pub'), undefined);
  equal(await attestorHere(token, workflow), 'keyless');
  equal(await attestorHere({}, workflow), undefined);
});

test('what a machine could sign as CI with is a descriptor, then a key others can read, then a token', async () => {
  const both = { ...token, CUTWATER_CI_KEY: 'key' };
  for (const [env, wanted] of [
    [{ ...both, CUTWATER_CI_KEY_FD: '3' }, 'descriptor'],
    [both, 'exposed'],
    [{ ...token, CUTWATER_CI_KEY: '' }, 'token'],
    [{ ACTIONS_ID_TOKEN_REQUEST_URL: 'https://issuer.example', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' }, 'token'],
    [{ CUTWATER_CI_KEY_FILE: '' }, 'none'],
  ] as const)
    equal(await findCiIdentity(silentContext({ folder: '/', env })), wanted, JSON.stringify(env));
});

async function attestorHere(env: Readonly<Record<string, string>>, signer: string): Promise<string | undefined> {
  const text = `project: app\nimages: [{ build: { dockerfile: Dockerfile } }]\ntrust: { maintainers: [{ name: Ada, openpgp: { fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567, keyFile: ada.asc } }], ci: [{ name: ci, ${signer} }] }\n`;
  const policy = parsePolicy(text, { file: 'cutwater.yaml' });
  return (await attestorIfHere(silentContext({ folder: '/', env }), policy))?.kind;
}
