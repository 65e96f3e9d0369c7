import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { after, test } from 'node:test';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { giteaForge } from '../../src/adapters/gitea/gitea-forge.ts';
import { contractTags, forgeContract } from '../../src/ports/forge.contract.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { ObjectId } from '../../src/domain/object-id.ts';
import { objectId } from '../../src/domain/object-id.ts';
import type { TestRepository } from '../make/git-repository.ts';
import { makeGitRepository } from '../make/git-repository.ts';
import type { RunningGitea } from './gitea-peer.ts';
import { obtainGitea, startGitea } from './gitea-peer.ts';
import { notRun } from './peers.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.cache', 'test-real');
const peer = await obtainGitea(cache);
let running: Promise<RunningGitea> | undefined;
let repositories = 0;
after(async () => (await running)?.close());

if (peer.is === 'missing') notRun('the forge contract on Gitea', peer.why);
else {
  forgeContract('gitea', async (context) => {
    const { open, objects } = await makeRepository(context, peer.path);
    const object = (tag: string): ObjectId => {
      // A tag that is not there has no object; any will do.
      const found = objects.get(tag) ?? objects.values().next().value;
      assert.ok(found);
      return found;
    };
    return { forge: open(), other: open(), object };
  });

  test('gitea: a pull request is opened once and found again', async (context) => {
    const { open, repository, remote } = await makeRepository(context, peer.path);
    await repository.git('switch', '-q', '-c', 'merge-back/v1.2.4');
    await repository.commit({ 'app.txt': 'two\n' });
    await repository.git('push', '-q', remote, 'merge-back/v1.2.4');
    const request = { from: 'merge-back/v1.2.4', into: 'main', title: 'Merge v1.2.4 back', text: 'Brings it.' };
    const address = await open().mergeRequests.propose(request);
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/ada\/tiny-\d+\/pulls\/1$/);
    assert.equal(await open().mergeRequests.propose(request), address);
  });

  test('gitea: the newest status of each context is the one that is read', async (context) => {
    const { open, repository, report } = await makeRepository(context, peer.path);
    const commit = objectId(await repository.git('rev-parse', 'HEAD'));
    assert.deepEqual(await open().checks.read(commit), []);
    for (const state of ['pending', 'failure', 'success']) await report(commit, 'ci / test', state);
    await report(commit, 'ci / web', 'pending');
    const found = await open().checks.read(commit);
    assert.deepEqual(found.map(({ name, state }) => [name, state]).toSorted(), [
      ['ci / test', 'passed'],
      ['ci / web', 'running'],
    ]);
  });

  test('gitea: a draft made right after its tag was pushed is a draft still when its files are there', async (context) => {
    const { open, repository, remote } = await makeRepository(context, peer.path);
    const forge = open();
    await repository.tag('v3.0.0');
    await repository.git('push', '-q', remote, 'v3.0.0');
    await forge.createDraft({ tag: 'v3.0.0', title: 'App', notes: 'notes', prerelease: false });
    for (const name of ['one', 'two', 'three'])
      await forge.uploadAsset('v3.0.0', { name, digest: digestOf(name), size: name.length }, async function* () {
        yield Buffer.from(name);
      });
    assert.equal((await forge.findRelease('v3.0.0'))?.state, 'draft');
  });
}

interface MadeRepository {
  readonly repository: TestRepository;
  readonly remote: string;
  readonly objects: ReadonlyMap<string, ObjectId>;
  readonly open: () => ReturnType<typeof giteaForge>;
  /** Sets a commit status. */
  readonly report: (commit: string, context: string, state: string) => Promise<void>;
}

async function makeRepository(context: TestContext, path: string): Promise<MadeRepository> {
  const gitea = await (running ??= startGitea(path));
  const name = `tiny-${(repositories += 1)}`;
  const remote = await gitea.makeRepository(name);
  const repository = await makeGitRepository(context);
  await repository.commit({ 'app.txt': 'one\n' });
  const objects = new Map<string, ObjectId>();
  for (const tag of contractTags) objects.set(tag, await repository.tag(tag));
  await repository.git('push', '-q', remote, 'main', '--tags');
  await gitea.untilSeen(name, contractTags.length);
  const policy = { kind: 'gitea', address: gitea.address, repository: `ada/${name}` } as const;
  const environment = { GITEA_TOKEN: gitea.token, GITEA_SERVER_URL: gitea.address };
  const open = (): ReturnType<typeof giteaForge> => {
    const forge = giteaForge(policy, { environment });
    context.after(() => forge.close());
    return forge;
  };
  const report = async (commit: string, status: string, state: string): Promise<void> => {
    const reply = await fetch(`${gitea.address}/api/v1/repos/ada/${name}/statuses/${commit}`, {
      method: 'POST',
      headers: { authorization: `token ${gitea.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context: status, state }),
    });
    assert.equal(reply.status, 201);
  };
  return { repository, remote, objects, open, report };
}
