import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { repositoryContract } from '../../src/ports/repository.contract.ts';
import { notRun } from './peers.ts';
import { publishReleases, withdrawNewest } from './published-releases.ts';
import { isBeforeOci11, obtainZot, startZot } from './zot-peer.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.cache', 'test-real');
const peer = await obtainZot(cache);
if (peer.is === 'missing') {
  notRun('the repository contract on zot', peer.why);
  notRun('releases, a backport and a withdrawal on zot', peer.why);
} else {
  const { path } = peer;
  const listsConfigType = await isBeforeOci11(path);
  repositoryContract('zot', async () => {
    const registry = await startZot(path);
    const repository = open(registry.host, 'acme/app');
    const close = async (): Promise<void> => {
      repository.close();
      await registry.close();
    };
    return { repository, listsConfigType, close };
  });
  void test('releases, a backport and a withdrawal on zot: every tag is where the policy wants it', (context) =>
    releaseAll(context, path));
}

async function releaseAll(context: TestContext, path: string): Promise<void> {
  const registry = await startZot(path);
  context.after(() => registry.close());
  const published = await publishReleases(context, registry.host);
  const repository = open(registry.host, 'acme/tiny');
  context.after(() => repository.close());
  const at = async (tag: string): Promise<string | undefined> => (await repository.resolve(imageTag(tag)))?.digest;
  const [newest, backport] = [await at('1.1.0'), await at('1.0.1')];
  assert.ok(newest !== undefined && backport !== undefined && newest !== backport);
  for (const alias of ['latest', '1', '1.1']) assert.equal(await at(alias), newest, alias);
  assert.equal(await at('1.0'), backport);
  assert.equal(await at('1.0.0'), await at('1.0.0-rc.1'));
  assert.match(await withdrawNewest(context, published), /is what was released/);
  for (const alias of ['latest', '1', '1.0']) assert.equal(await at(alias), backport, alias);
  assert.equal(await at('1.1.0'), newest);
}

function open(host: string, name: string): ReturnType<typeof openRepository> {
  return openRepository({ registry: host, repository: name }, { environment: {}, access: 'write' });
}
