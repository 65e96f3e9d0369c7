import assert from 'node:assert/strict';
import { createServer, request as send } from 'node:http';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { ciEnvironment, cutwater, freshClone, makeProject } from '../make/project.ts';

void test('no command deletes a tag, a manifest or a file of a release: everything that was there stays there', async (t) => {
  const { port, methods } = await watchedRegistry(t);
  const project = await makeProject(t, { image: `127.0.0.1:${port}/tiny` });
  await project.clone.git('config', 'gpg.format', 'ssh');
  await project.clone.git('config', 'user.signingKey', project.key.privateKeyFile);
  const env = ciEnvironment(project);
  const state = async (): Promise<readonly string[]> => [
    ...(await tagsOf(port)).map((tag) => `image tag ${tag}`),
    ...(await readdir(join(project.data, 'releases'), { recursive: true })).map((file) => `file ${file}`),
    ...(await project.origin.git('tag')).split('\n').map((tag) => `git tag ${tag}`),
  ];
  const act = async (...args: readonly string[]): Promise<void> => {
    const before = await state().catch(() => []);
    const folder = args[0] === 'release' ? (await freshClone(t, project)).folder : project.clone.folder;
    await cutwater(args, { folder, env });
    const after = new Set(await state());
    assert.deepEqual(
      before.filter((name) => !after.has(name)),
      [],
      args.join(' '),
    );
  };
  await changePolicy(project, (text) => `${text}announce: [{name: log, kind: file}]\n`);
  await project.tag('1.0.0');
  await act('release', '1.0.0');
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.1.0');
  await act('release', '1.1.0');
  await act('withdraw', '1.1.0', '--reason', 'broken', '--aliases', 'move', '--push');
  await act('announce', '1.1.0');
  await act('restore', '1.1.0', '--reason', 'it was not', '--push');
  await act('reconcile');
  assert.ok(methods.size > 2);
  assert.deepEqual(
    [...methods].filter((method) => !['GET', 'HEAD', 'POST', 'PUT', 'PATCH'].includes(method)),
    [],
  );
});

/** The embedded registry behind a proxy that notes every method. */
async function watchedRegistry(t: TestContext): Promise<{ readonly port: number; readonly methods: Set<string> }> {
  const registry = await listenRegistry({ folder: await makeFolder(t) });
  const methods = new Set<string>();
  const proxy = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    // To give up an upload that was never finished deletes nothing that was published.
    if (!(method === 'DELETE' && url.includes('/blobs/uploads/'))) methods.add(method);
    const onward = send({ host: '127.0.0.1', port: registry.port, method, path: url, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  proxy.listen(0, '127.0.0.1', () => {
    const address = proxy.address();
    resolve(typeof address === 'object' && address !== null ? address.port : 0);
  });
  t.after(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await registry.close();
  });
  return { port: await promise, methods };
}

async function tagsOf(port: number): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${port}/v2/tiny/tags/list`);
  const list: { tags?: readonly string[] } = response.ok ? JSON.parse(await response.text()) : {};
  return list.tags ?? [];
}
