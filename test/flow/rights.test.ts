import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import type { RunAt } from '../make/program.ts';
import { readJson, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';

const password = 'swordfish-T0PS3CRET';

void test('a maintainer without rights on the registry decides all the same, sees what is pending, and CI does it', async (t) => {
  const data = await makeFolder(t);
  const registry = await listenRegistry({
    folder: join(data, 'registry'),
    access: {
      anonymousRead: true,
      accounts: { isKnown: async (name, given) => name === 'ci' && given.reveal() === password },
    },
  });
  t.after(() => registry.close());
  const host = registry.url.slice('http://'.length);
  const project = { ...(await makeProject(t, { image: `${host}/tiny` })), data };
  await changePolicy(project, (text) => `${text}withdrawal: {incident: none}\n`);
  const ci = async (): Promise<RunAt> => loggedIn(t, await runner(t, project), host);
  for (const version of ['1.0.0', '1.1.0']) {
    await project.commit({ 'app.txt': `${version}\n` });
    await project.tag(version);
    await succeed(['release', version], await ci());
  }
  const [ada, before] = [await maintainer(project), await readPublished(data)];
  const withdraw = ['withdraw', '1.1.0', '--reason', 'loses uploads', '--aliases', 'move'];
  const local = await succeed(withdraw, ada);
  assert.match(local, /Push it: git push origin refs\/tags\/withdrawn\/v1\.1\.0\/1\n/);
  assert.match(
    local,
    /may not write to the registry or the forge\. Pending once it is pushed, until CI runs 'cutwater reconcile':\n/,
  );
  const pushed = await succeed([...withdraw, '--push'], ada);
  assert.match(pushed, /withdrawn\/v1\.1\.0\/1 says so already[^]*Pending, until CI/);
  assert.match(pushed, /· point latest at 1\.0\.0 = sha256:[0-9a-f]{12}: 1\.1\.0 is withdrawn\n/);
  assert.match(pushed, /· mark v1\.1\.0 as deprecated/);
  const { state, pending } = await readJson([...withdraw, '--push'], ada);
  assert.ok(Array.isArray(pending));
  assert.deepEqual(
    [state, pending.map(({ kind }) => kind)],
    ['pending', ['decision', 'alias', 'alias', 'latest', 'banner']],
  );
  assert.deepEqual(await readPublished(data), before, 'nothing has moved');
  assert.match(await project.origin.git('tag', '--list', 'withdrawn/*'), /^withdrawn\/v1\.1\.0\/1$/);

  await succeed(['reconcile'], await ci());
  assert.deepEqual(await aliases(data), { latest: '1.0.0', '1': '1.0.0', '1.1': '1.1.0', '1.0': '1.0.0' });
  const restored = await succeed(['restore', '1.1.0', '--reason', 'it does not', '--push'], ada);
  assert.match(restored, /· point latest at 1\.1\.0[^]*· take the banner off v1\.1\.0/);
});

async function loggedIn(scope: Scope, at: RunAt, host: string): Promise<RunAt> {
  const home = await makeFolder(scope);
  await mkdir(join(home, '.docker'));
  const auth = Buffer.from(`ci:${password}`).toString('base64');
  await writeFile(join(home, '.docker/config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  return { ...at, env: { ...at.env, DOCKER_CONFIG: join(home, '.docker'), CANARY_PASSWORD: password } };
}
