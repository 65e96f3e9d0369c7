import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy } from '../make/actors.ts';
import { answering } from '../make/github-client.ts';
import type { StoredRelease } from '../make/github-data.ts';
import { makeGithubProject } from '../make/github-project.ts';
import type { GithubServer } from '../make/github-server.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';

void test('on GitHub a release is whole before anyone sees it, the latest flag follows the estate, and a withdrawal is seen', async (t) => {
  const { project, github, tag, runner, maintainer } = await makeGithubProject(t);
  await tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], await runner(t));
  assert.deepEqual([found(github, 'v1.0.0-rc.1').isPrerelease, github.latest], [true, undefined]);
  await tag('1.0.0');
  await succeed(['release', '1.0.0'], await runner(t));
  const first = found(github, 'v1.0.0');
  assert.equal(first.isDraft, false);
  assert.deepEqual(
    first.assets.map(({ name }) => name).filter((name) => /^SHA256SUMS$|^statement/.test(name)),
    ['statement.sigstore.json', 'SHA256SUMS'],
  );
  const uploads = github.log.findLastIndex((line) => line.startsWith('POST') && line.includes('/assets?name='));
  const publish = github.log.lastIndexOf(`PATCH releases/${first.id}`);
  assert.ok(uploads > 0 && uploads < publish, 'no file comes after publishing');
  assert.equal(github.latest, first.id);
  await succeed(['verify', '1.0.0'], await runner(t));

  await project.commit({ 'app.txt': 'two\n' });
  await tag('1.1.0');
  await succeed(['release', '1.1.0'], await runner(t));
  assert.equal(github.latest, found(github, 'v1.1.0').id);
  const ada = await maintainer();
  await succeed(['withdraw', '1.1.0', '--reason', 'loses uploads', '--push', '--aliases', 'move'], ada);
  await succeed(['reconcile'], await runner(t));
  assert.equal(github.latest, first.id, 'the flag goes back with the alias');
  assert.match(found(github, 'v1.1.0').notes, /^<!-- cutwater:deprecated -->\n.*loses uploads/s);
  const before = github.log.filter((line) => line.startsWith('PATCH')).length;
  await succeed(['reconcile'], await runner(t));
  assert.equal(github.log.filter((line) => line.startsWith('PATCH')).length, before, 'nothing is written twice');
  await succeed(['restore', '1.1.0', '--reason', 'it was the proxy', '--push'], ada);
  await succeed(['reconcile'], await runner(t));
  assert.doesNotMatch(found(github, 'v1.1.0').notes, /deprecated/);
  assert.equal(github.latest, found(github, 'v1.1.0').id);
  assert.equal(github.releases.length, 3, 'nothing is gone');
});

void test('the latest flag is set though the list of another run does not show the release yet', async (t) => {
  const { github, tag, runner } = await makeGithubProject(t);
  await tag('1.0.0');
  await succeed(['release', '1.0.0', '--leave-aliases'], await runner(t));
  github.interfere = answering(({ path }) => (path === 'releases?per_page=100' ? [200, []] : undefined));
  await succeed(['reconcile'], await runner(t));
  assert.equal(github.latest, found(github, 'v1.0.0').id);
});

void test('a draft with files of another tool, and a release someone published by hand, are left and said', async (t) => {
  const { github, tag, runner } = await makeGithubProject(t);
  await tag('1.0.0');
  const draft = {
    title: 'tiny v1.0.0',
    notes: 'tiny v1.0.0 is being published.\n',
    isPrerelease: false,
    isImmutable: false,
  };
  github.releases.push({ id: 1, tag: 'v1.0.0', isDraft: true, assets: [], ...draft });
  github.newAsset(found(github, 'v1.0.0'), 'tiny_1.0.0_amd64.deb', 'uploaded');
  const foreign = await runProgram(['release', '1.0.0'], await runner(t));
  assert.equal(foreign.exitCode, 3, foreign.stderr);
  assert.match(foreign.stderr, /the files "tiny_1\.0\.0_amd64\.deb", which are not of this release/);
  assert.equal(found(github, 'v1.0.0').isDraft, true);

  Object.assign(found(github, 'v1.0.0'), { isDraft: false, assets: [] });
  const byHand = await runProgram(['release', '1.0.0'], await runner(t));
  assert.equal(byHand.exitCode, 3, byHand.stderr);
  assert.match(byHand.stderr, /published without it/);
  assert.equal(found(github, 'v1.0.0').assets.length, 0);
});

void test('without a token everything can be looked at and nothing done, and the variable that is missing is named', async (t) => {
  const { project, github, tag, runner } = await makeGithubProject(t);
  await tag('1.0.0');
  const { folder, env } = await runner(t);
  const { GITHUB_TOKEN: token = '', ...without } = env;
  const at = { folder, env: { ...without, CANARY_TOKEN: token } };
  await succeed(['plan', '1.0.0'], at);
  await succeed(['status'], at);
  const refused = await runProgram(['release', '1.0.0'], at);
  assert.equal(refused.exitCode, 4, refused.stderr);
  assert.match(refused.stderr, /GITHUB_TOKEN/);
  const wrong = await runProgram(['release', '1.0.0'], {
    folder,
    env: { ...env, GITHUB_TOKEN: 'CANARY-expired-token', CANARY: 'CANARY-expired-token' },
  });
  assert.equal(wrong.exitCode, 4, wrong.stderr);
  assert.match(wrong.stderr, /the token in GITHUB_TOKEN/);
  assert.equal(github.releases.length, 0);
  assert.ok(project);
});

void test('a merge-back is asked for by one pull request, found again, and without a token the branch is all there is', async (t) => {
  const { project, github, tag, runner, maintainer } = await makeGithubProject(t);
  await tag('1.0.0');
  await succeed(['release', '1.0.0'], await runner(t));
  await project.clone.git('switch', '-q', '-c', 'hotfix/v1.0.1');
  await project.commit({ 'mended.txt': 'mended\n' });
  await tag('1.0.1');
  await succeed(['release', '1.0.1'], await runner(t));
  const ada = await maintainer();
  const { GITHUB_TOKEN: _, ...without } = ada.env;
  const alone = await runProgram(['hotfix', 'finish', '--push'], { folder: ada.folder, env: without });
  assert.equal(alone.exitCode, 0, alone.stderr);
  assert.match(alone.stderr, /open a pull request.*Set GITHUB_TOKEN to a token/s);
  assert.equal(github.pulls.length, 0);
  for (let time = 1; time <= 2; time += 1) {
    const finished = await readJson(['hotfix', 'finish', '--push'], ada);
    assert.deepEqual([finished['is'], finished['remote']], ['kept', 'there']);
    assert.equal(finished['request'], `${github.address}/acme/tiny/pull/${String(github.pulls[0]?.number)}`);
  }
  assert.deepEqual(
    github.pulls.map(({ head, base }) => [head, base]),
    [['merge-back/v1.0.1', 'main']],
  );
});

void test('a release waits for nothing that failed: the checks of its commit must have passed, and the statement says so, as plan and status do', async (t) => {
  const { project, github, tag, runner } = await makeGithubProject(t);
  await changePolicy(project, (text) => `${text}checks: { required: [{ name: unit }], timeout: 1s }\n`);
  await tag('1.0.0-rc.1');
  const commit = await project.clone.git('rev-parse', 'HEAD');
  const run = (status: string, conclusion: string | null) =>
    github.checks.set(commit, { runs: [{ name: 'unit', status, conclusion }] });
  const planned = await succeed(['plan', '1.0.0-rc.1'], await runner(t));
  assert.match(planned, /forge-checks +source +waited for by the release +- +GitHub must say so of "unit"/);
  run('completed', 'failure');
  const failed = await runProgram(['release', '1.0.0-rc.1'], await runner(t));
  assert.deepEqual([failed.exitCode, github.releases.length], [3, 0], failed.stderr);
  assert.match(failed.stderr, /"unit": failed for [0-9a-f]{40}, "failure"/);
  run('in_progress', null);
  const waiting = await runProgram(['release', '1.0.0-rc.1'], await runner(t));
  assert.equal(waiting.exitCode, 8, waiting.stderr);
  run('completed', 'success');
  await succeed(['release', '1.0.0-rc.1'], await runner(t));
  assert.match(await succeed(['verify', '1.0.0-rc.1'], await runner(t)), /gate forge-checks/);
  const { rounds } = await readJson(['status'], await runner(t));
  assert.match(JSON.stringify(rounds), /"gates":\[\{"name":"forge-checks","on":"source","state":"passed"/);
  assert.match(await succeed(['plan', '1.0.0-rc.1'], await runner(t)), /forge-checks +source +passed/);
});

function found(github: GithubServer, tag: string): StoredRelease {
  const release = github.releases.find((one) => one.tag === tag);
  assert.ok(release, `${tag} is there`);
  return release;
}
