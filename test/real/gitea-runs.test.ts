import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { giteaReleaseList } from '../../src/adapters/gitea/release-list.ts';
import { giteaRuns } from '../../src/adapters/gitea/gitea-runs.ts';
import { objectId } from '../../src/domain/object-id.ts';
import type { WorkflowRun } from '../../src/ports/workflow-runs.ts';
import { makeGitRepository } from '../make/git-repository.ts';
import { obtainGitea, startGitea } from './gitea-peer.ts';
import { notRun } from './peers.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.cache', 'test-real');
const peer = await obtainGitea(cache);

const workflow = `name: release
on:
  push:
    tags: ['v[0-9]*']
jobs:
  release:
    runs-on: nobody
    steps: [{ run: 'true' }]
  reconcile:
    needs: release
    runs-on: nobody
    steps: [{ run: 'true' }]
`;

if (peer.is === 'missing') notRun('runs of workflows on Gitea', peer.why);
else
  test('gitea: the run that a pushed tag starts is found with its jobs, and one of another commit or file is not', async (t) => {
    const gitea = await startGitea(peer.path);
    t.after(() => gitea.close());
    const remote = await gitea.makeRepository('tiny');
    const repository = await makeGitRepository(t);
    await repository.commit({ '.gitea/workflows/release.yml': workflow });
    await repository.git('push', '-q', remote, 'main');
    await repository.tag('v1.2.3');
    await repository.git('push', '-q', remote, 'v1.2.3');
    const policy = { kind: 'gitea', address: gitea.address, repository: 'ada/tiny' } as const;
    const options = { environment: { GITEA_TOKEN: gitea.token, GITEA_SERVER_URL: gitea.address } };
    const runs = giteaRuns(policy, options);
    const list = giteaReleaseList(policy, options);
    t.after(() => [runs, list].forEach((one) => one.close()));
    const commit = objectId(await repository.git('rev-parse', 'HEAD'));
    const question = { of: 'tag', workflow: 'release.yml', tag: 'v1.2.3', commit, title: 'release v1.2.3' } as const;
    let run: WorkflowRun | undefined;
    // Gitea looks at pushes later.
    for (let attempt = 0; run === undefined && attempt < 400; attempt += 1) {
      run = await runs.findRun(question);
      if (run === undefined) await delay(50);
    }
    assert.equal(run?.state, 'queued');
    assert.match(run.url, new RegExp(`^${gitea.address}/ada/tiny/actions/runs/\\d+$`));
    assert.deepEqual(
      run.jobs.map(({ name, state }) => [name, state]),
      [
        ['release', 'queued'],
        ['reconcile', 'queued'],
      ],
    );
    const other = { ...question, commit: objectId('1'.repeat(40)) };
    assert.equal(await runs.findRun(other), undefined);
    assert.equal(await runs.findRun({ ...question, workflow: 'reconcile.yml' }), undefined);
    assert.equal(await runs.findRun({ ...question, tag: 'v1.2.4' }), undefined);
    assert.equal((await runs.findRun({ of: 'moment', workflow: 'release.yml', since: 0 }))?.id, run.id);
    for await (const release of list.releases()) assert.equal(release.state, 'published');
  });
