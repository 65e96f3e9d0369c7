import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { restateDocuments } from '../make/forged-statement.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject, makeProject } from '../make/project.ts';
import { aliases, followed, readPublished } from '../make/published.ts';
import { assertRefused } from '../make/refusal.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';
import { makeReleasedProject } from '../make/released-project.ts';

void suite('somebody who may push images', { concurrency: 2 }, () => {
  void test('cannot have another image that CI signed published in place of the one that was built', async (t) => {
    const template = await makeReleasedProject(t);
    await assertRefused(t, template, {
      name: 'the candidate tag at the image of 1.0.0',
      arrange: async (project) => {
        await project.tag('1.1.0');
        await pointImageTags(project.data, await digestAt(project.data, '1.0.0'), await candidateOf(project, '1.1.0'));
      },
      exit: 3,
      says: [/Cannot release image sha256:[0-9a-f]{64}: .* no CI key signed that it was built for this tag/],
    });
    // The same bytes would do no harm, a statement about them that speaks of another commit would.
    const commit = await template.clone.git('rev-parse', 'v1.0.0^{commit}');
    const other = await template.clone.git('rev-parse', 'HEAD');
    await restateDocuments(template, '1.0.0', { role: 'provenance', change: (json) => json.replaceAll(commit, other) });
    const says = `it speaks of commit ${other}, ${commit} was released`;
    assert.deepEqual(await failedCheck(template, 'provenance'), { name: 'provenance', is: 'failed', says });
    const object = await template.clone.git('rev-parse', 'refs/tags/v1.0.0');
    await restateDocuments(template, '1.0.0', {
      role: 'provenance',
      change: (json) => json.replaceAll(other, commit).replaceAll(object, other),
    });
    assert.match(JSON.stringify(await failedCheck(template, 'provenance')), /it speaks of another tag/);
    const { exitCode, stdout } = await runProgram(['verify', '1.0.0'], await maintainer(template));
    assert.equal(exitCode, 3);
    assert.match(stdout, /1\.0\.0 is NOT what was released\. Do not deploy it\./);
  });

  void test('cannot have the gates on the candidate skipped by giving it its version as tag', async (t) => {
    const project = await makeReleasedProject(t);
    await changePolicy(
      project,
      (text) => `${text}gates:\n  - name: smoke\n    on: candidate\n    command: ["false"]\n`,
    );
    await project.tag('1.1.0');
    const before = followed(await readPublished(project.data));
    const gate = /Cannot pass gate "smoke": "false" ended with exit code 1/;
    const first = await runProgram(['release', '1.1.0'], await runner(t, project));
    assert.equal(first.exitCode, 3, first.stderr);
    assert.match(first.stderr, gate);
    assert.deepEqual(followed(await readPublished(project.data)), before);
    await pointImageTags(project.data, await digestAt(project.data, await candidateOf(project, '1.1.0')), '1.1.0');
    const second = await runProgram(['release', '1.1.0'], await runner(t, project));
    assert.equal(second.exitCode, 3, second.stderr);
    assert.match(second.stderr, gate);
    const { tags, releases } = await readPublished(project.data);
    assert.deepEqual([tags['statement-1.1.0'], releases], [undefined, ['v1.0.0']]);
  });
});

void test('a promotion passes the gates of stable releases, and takes no image that was withdrawn as candidate', async (t) => {
  const closed = join(await makeFolder(t), 'closed');
  // Every build differs, so that one image cannot be taken for the other.
  const random = `require('fs').writeFileSync('app.txt', crypto.randomUUID())`;
  const project = await makeProject(t, { prepare: `[[node, -e, "${random}"]]` });
  const gate = `process.exit(require('fs').existsSync('${closed}') ? 9 : 0)`;
  await changePolicy(
    project,
    (text) => `${text}gates:\n  - name: ready\n    classes: [stable]\n    command: [node, -e, "${gate}"]\n`,
  );
  await writeFile(closed, '');
  await project.tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], await runner(t, project));
  await project.tag('1.0.0');
  const stopped = await runProgram(['release', '1.0.0'], await runner(t, project));
  assert.equal(stopped.exitCode, 3, stopped.stderr);
  assert.match(stopped.stderr, /Cannot pass gate "ready": "node" ended with exit code 9/);
  assert.deepEqual(await aliases(project.data), {});
  await rm(closed);

  const rc = await digestAt(project.data, '1.0.0-rc.1');
  await succeed(
    ['withdraw', '1.0.0-rc.1', '--reason', 'loses uploads', '--aliases', 'move', '--push'],
    await maintainer(project),
  );
  await assertRefused(t, project, {
    name: 'the candidate tag at the withdrawn image',
    arrange: async (copy) => pointImageTags(copy.data, rc, await candidateOf(copy, '1.0.0')).then(() => release100),
    exit: 3,
    says: [
      /Cannot release v1\.0\.0: its image is that of v1\.0\.0-rc\.1, which a maintainer withdrew \("loses uploads"\)/,
    ],
  });
  const copy = await copyProject(t, project);
  await succeed(['release', '1.0.0'], await runner(t, copy));
  assert.notEqual(await digestAt(copy.data, '1.0.0'), rc);
  assert.equal(await digestAt(copy.data, 'latest'), await digestAt(copy.data, '1.0.0'));
  await succeed(['verify', '1.0.0'], await runner(t, copy));
});

const release100 = { args: ['release', '1.0.0'] };

async function candidateOf(project: TestProject, version: string): Promise<string> {
  return `candidate-${await project.clone.git('rev-parse', `refs/tags/v${version}`)}`;
}

async function failedCheck(project: TestProject, name: string): Promise<unknown> {
  const { verdict, checks } = await readJson(['verify', '1.0.0'], await maintainer(project));
  assert.equal(verdict, 'failed');
  assert.ok(Array.isArray(checks));
  return checks.find((check) => check.name === name);
}
