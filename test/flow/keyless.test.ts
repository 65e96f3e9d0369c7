import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { changePolicy, runner } from '../make/actors.ts';
import { makeKeylessProject } from '../make/keyless-project.ts';
import { runProgram, succeed } from '../make/program.ts';
import { readPublished } from '../make/published.ts';

void suite('a workflow without a key', () => {
  void test('releases with its token alone; verify asks no service, and another identity does not count', async (t) => {
    const { project, services, at } = await makeKeylessProject(t);
    const { SIGSTORE_ID_TOKEN: _, ...nothing } = at.env;
    const refused = await runProgram(['release', '1.0.0'], { ...at, env: nothing });
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /there is no CI key and no OIDC token/);

    await succeed(['build', '1.0.0', '--platform', 'linux/arm64'], at);
    const released = await runProgram(['release', '1.0.0'], at);
    assert.equal(released.exitCode, 0, released.stderr);
    assert.match(
      released.stderr,
      /from the parts for linux\/arm64\n/,
      'what another job of the workflow signed counts',
    );
    const asked = services.requests.length;
    assert.ok(asked > 0);
    const verified = await succeed(['verify', '1.0.0'], await runner(t, project));
    assert.match(verified, /is what was released/);
    assert.equal(services.requests.length, asked, 'verify asked a service');
    const before = await readPublished(project.data);

    await changePolicy(project, (text) => text.replace('workflows/release.yml@', 'workflows/other.yml@'));
    const judged = await runProgram(['verify', '1.0.0'], await runner(t, project));
    assert.equal(judged.exitCode, 3);
    assert.match(
      judged.stdout + judged.stderr,
      /certificate is of "https:\/\/github\.com\/acme\/app\/\.github\/workflows\/release\.yml@/,
    );
    assert.deepEqual(await readPublished(project.data), before);
  });

  void test('whose authority refuses publishes nothing', async (t) => {
    const { project, services, at } = await makeKeylessProject(t);
    services.fail('/api/v1/log/entries', 400);
    const failed = await runProgram(['release', '1.0.0'], at);
    assert.equal(failed.exitCode, 6);
    assert.match(failed.stderr, /Cannot enter the signature in the log/);
    assert.deepEqual((await readPublished(project.data)).tags, {});
  });

  void test('that trust.ci does not name is told so before anything is uploaded', async (t) => {
    const { project, at } = await makeKeylessProject(t);
    await changePolicy(project, (text) => text.replace('workflows/release.yml@', 'workflows/other.yml@'));
    const refused = await runProgram(['release', '1.0.0'], at);
    assert.equal(refused.exitCode, 2, refused.stderr);
    assert.match(refused.stderr, /Cannot sign the provenance: .*does not count by trust\.ci/);
    assert.match(
      refused.stderr,
      /certificate is of "https:\/\/github\.com\/acme\/app\/\.github\/workflows\/release\.yml@/,
    );
    assert.deepEqual((await readPublished(project.data)).tags, {});
  });
});
