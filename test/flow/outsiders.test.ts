import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { readTrustFile } from '../../src/cli/compose-files.ts';
import { makeFolder } from '../make/folder.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, freshClone, makeProject } from '../make/project.ts';

void test('verify --trust judges by the keys of the consumer, not by those of the project', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0');
  const at = { folder: (await freshClone(t, project)).folder, env: ciEnvironment(project) };
  await succeed(['release', '1.0.0'], at);
  const own = await trustFolder(t, project, project.ciPublicPem);
  assert.match(await succeed(['verify', '1.0.0', '--trust', own], at), /is what was released/);
  const { publicKey } = generateKeyPairSync('ed25519');
  const strange = await trustFolder(t, project, publicKey.export({ type: 'spki', format: 'pem' }).toString());
  const refused = await runProgram(['verify', '1.0.0', '--trust', strange], at);
  assert.equal(refused.exitCode, 3);
  assert.match(refused.stdout, /signature does not count/);
});

void test('a trust file may name a binary OpenPGP key: its bytes arrive unchanged', async (t) => {
  const project = await makeProject(t);
  const file = await trustFolder(t, project, project.ciPublicPem);
  const policy = (await project.clone.git('show', 'main:cutwater.yaml'))
    .replace('formats: [ssh]', 'formats: [openpgp]')
    .replace(/ssh: .*/, `openpgp:\n        fingerprint: ${'AB'.repeat(20)}\n        keyFile: ada.gpg`);
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
  await writeFile(file, policy);
  await writeFile(join(file, '..', 'ada.gpg'), bytes);
  const [maintainer] = (await readTrustFile(file)).trust.maintainers;
  assert.deepEqual(maintainer?.key.kind === 'openpgp' && Uint8Array.from(maintainer.key.material), bytes);
});

void test('an unsigned release candidate of the protected branch is released, and recorded as unsigned with a reason', async (t) => {
  const project = await makeProject(t);
  await project.clone.tag('v1.0.0-rc.1');
  await project.clone.git('push', '-q', 'origin', 'refs/tags/v1.0.0-rc.1');
  const at = { folder: (await freshClone(t, project)).folder, env: ciEnvironment(project) };
  await succeed(['release', '1.0.0-rc.1'], at);
  assert.match(
    await succeed(['verify', '1.0.0-rc.1'], at),
    /not signed: the policy allows unsigned release candidates/,
  );
});

async function trustFolder(t: TestContext, project: TestProject, ciKey: string): Promise<string> {
  const folder = await makeFolder(t);
  await mkdir(join(folder, '.cutwater/keys'), { recursive: true });
  await writeFile(join(folder, '.cutwater/keys/ci.pub'), ciKey);
  const file = join(folder, 'trust.yaml');
  await writeFile(file, `${await project.clone.git('show', 'main:cutwater.yaml')}\n`);
  return file;
}
