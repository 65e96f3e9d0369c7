import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { maintainer, runner } from '../make/actors.ts';
import type { Passing } from '../make/faulty-proxy.ts';
import { makeFaultyProxy } from '../make/faulty-proxy.ts';
import { forceTag } from '../make/git-attacks.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { aliases } from '../make/published.ts';
import { pushImage } from '../make/push-image.ts';
import { digestAt, pointImageTags, withRegistry } from '../make/registry-writer.ts';
import { makeReleasedProject } from '../make/released-project.ts';

void suite('records', { concurrency: 2 }, () => {
  void test('what is no statement makes nothing a release, and import vouches for nothing doubtful', async (t) => {
    const project = await makeReleasedProject(t);
    const ada = await maintainer(project);
    const push = (...tags: readonly string[]) =>
      pushImage(join(project.data, 'registry'), { repository: 'tiny', text: tags.join(), tags });
    await push('statement-9.9.9');
    await push('statement-1.0.1');
    const old = await push('0.9.0');
    for (const version of ['0.9.0', '0.9.1', '1.0.1', '2.0.0'])
      await forceTag(project, `v${version}`, { by: project.key, message: version });
    await pointImageTags(project.data, old, `candidate-${await project.clone.git('rev-parse', 'refs/tags/v0.9.1')}`);
    const status = await succeed(['status'], ada);
    assert.match(status, /9\.9\.9 +rejected: statement-9\.9\.9 /);
    assert.doesNotMatch(status, /9\.9\.9 +(?:published|listed)/);
    assert.equal((await runProgram(['verify', '9.9.9'], ada)).exitCode, 3);

    const listed = await runProgram(['import'], ada);
    assert.equal(listed.exitCode, 8, listed.stderr);
    assert.match(listed.stdout, /Left out, its stored statement does not count: 1\.0\.1: statement-1\.0\.1 /);
    for (const version of ['0.9.1', '2.0.0'])
      assert.ok(listed.stdout.includes(`Left out, its release may be under way: ${version};`), listed.stdout);
    await succeed(['import', '--yes', '--push'], ada);
    const message = await project.origin.git('cat-file', 'tag', 'checkpoint/1');
    assert.deepEqual(
      [...message.matchAll(/^v(\S+) /gm)].map(([, version]) => version),
      ['0.9.0', '1.0.0'],
    );
    assert.match(await succeed(['verify', '0.9.0'], ada), /vouched for by checkpoint 1/);

    await succeed(['withdraw', '1.0.0', '--reason', 'loses uploads', '--aliases', 'move', '--push'], ada);
    assert.match(
      await readFile(join(project.data, 'releases/v1.0.0/notes.md'), 'utf8'),
      /Use \*\*v0\.9\.0\*\* instead/,
    );
    assert.deepEqual(await aliases(project.data), {
      latest: '0.9.0',
      '0': '0.9.0',
      '0.9': '0.9.0',
      '1': '1.0.0',
      '1.0': '1.0.0',
    });
    for (const [version, problem] of [
      ['1.0.0', /Cannot release v1\.0\.0: a maintainer withdrew or cancelled it \("loses uploads"\)/],
      ['1.2.0', /Cannot release v1\.2\.0: "CHANGELOG\.md" /],
    ] as const) {
      const plan = await runProgram(['plan', version], ada);
      assert.equal(plan.exitCode, 3, plan.stderr);
      assert.match(plan.stdout, problem);
    }
  });

  void test('verify knows a platform of a release, and never calls wrong what it could not look at', async (t) => {
    const proxy = await makeFaultyProxy(t);
    const project = await makeProject(t, { image: `${proxy.host}/tiny` });
    const folder = join(project.data, 'registry');
    await proxy.serve(folder);
    await project.tag('1.0.0');
    const at = await runner(t, project);
    await succeed(['release', '1.0.0'], at);
    const index = await digestAt(project.data, '1.0.0');
    const children = await withRegistry(project.data, (repository) => repository.readManifest(index));
    const { manifests }: { manifests: { digest: string }[] } = JSON.parse(new TextDecoder().decode(children?.bytes));
    await proxy.serve(folder);
    for (const { digest } of manifests)
      assert.match(await succeed(['verify', `${proxy.host}/tiny@${digest}`], at), /1\.0\.0 is what was released/);
    const answer = (status: number) => (_: unknown, to: ServerResponse) => void to.writeHead(status).end('{}');
    for (const [status, wanted, isLost] of [
      [401, 4, ({ number }: Passing) => number > 4],
      [401, 4, ({ path }: Passing) => path.includes('/tags/list')],
      [500, 6, ({ path }: Passing) => path.includes('/referrers/')],
    ] as const) {
      await proxy.serve(folder, (passing) => (isLost(passing) ? answer(status) : 'pass'));
      const { exitCode, stdout, stderr } = await runProgram(['verify', '1.0.0'], at);
      assert.equal(exitCode, wanted, `${stdout}${stderr}`);
      assert.match(stdout, /1\.0\.0 could not be checked whole; nothing found so far is wrong\./);
      assert.match(stdout, new RegExp(`not checked .* answers ${status} `));
    }
    await proxy.serve(folder, () => answer(401));
    const { exitCode, stdout } = await runProgram(['verify', '1.0.0'], at);
    assert.equal(exitCode, 4);
    assert.doesNotMatch(stdout, /^ok /m, 'without the statement there is nothing to check');
  });
});
