import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { programVersion } from '../../src/cli/version.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';
import type { Contexts } from '../make/workflow-run.ts';
import { runLastStep } from '../make/workflow-run.ts';

const policyPart = 'ci: {system: github}\n';
const matrixPart = 'ci: {system: github, runners: {linux/arm64: ubuntu-24.04-arm}}\n';
const releaseFile = '.github/workflows/release.yml';

void test('the workflows are written from the policy, a hand-written one is kept, and every drift is named by its line', async (t) => {
  const publishing = 'on: push\njobs: { a: { steps: [{ run: docker push x }] } }\n';
  const files = { [releaseFile]: 'name: by hand\n', '.github/workflows/docker.yml': publishing };
  const project = await makeProject(t, { image: 'registry.example.org/tiny', files });
  const ada = await maintainer(project);
  const refused = await runProgram(['ci', 'write'], ada);
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /nothing says what runs the workflows: name ci\.system/);
  await changePolicy(project, (text) => `${text}${policyPart}`);

  const missing = await runProgram(['ci', 'check'], ada);
  assert.equal(missing.exitCode, 3);
  assert.match(missing.stderr, /release\.yml" was written by a person[\s\S]*reconcile\.yml" is not there/);
  const kept = await runProgram(['ci', 'write'], ada);
  assert.equal(kept.exitCode, 2);
  assert.match(kept.stderr, /Cannot write "\.github\/workflows\/release\.yml": a person wrote it/);
  assert.equal(await readFile(join(ada.folder, releaseFile), 'utf8'), 'name: by hand\n');
  await assert.rejects(readFile(join(ada.folder, '.github/workflows/reconcile.yml')), 'one refusal stops all of it');

  const written = await succeed(['ci', 'write', '--force'], ada);
  assert.match(written, /wrote {6}\.github\/workflows\/release\.yml\n/);
  assert.match(written, /note: "\.github\/workflows\/docker\.yml" publishes too when a tag is pushed/);
  assert.match(
    written,
    /next: .*npm install --package-lock-only .* --prefix \.cutwater\/tool && git add \.cutwater\/tool\n/,
  );
  const pin: unknown = JSON.parse(await readFile(join(ada.folder, '.cutwater/tool/package.json'), 'utf8'));
  assert.deepEqual(pin, { private: true, dependencies: { cutwater: programVersion } });
  assert.match(await succeed(['ci', 'check'], ada), /say what cutwater\.yaml says/);
  assert.match(await succeed(['ci', 'write'], ada), /up to date \.github\/workflows\/release\.yml\n/);

  const text = await readFile(join(ada.folder, releaseFile), 'utf8');
  await writeFile(join(ada.folder, releaseFile), text.replace('contents: read', 'contents: write'));
  const drift = await runProgram(['ci', 'check'], ada);
  const line = text.split('\n').findIndex((one) => one.includes('contents: read')) + 1;
  assert.equal(drift.exitCode, 3);
  assert.ok(drift.stderr.includes(`"${releaseFile}", line ${line}:\n`), drift.stderr);
  assert.match(
    drift.stderr,
    /found .*contents: write[\s\S]*wanted .*contents: read[\s\S]*next: Run 'cutwater ci write'/,
  );
  const told = await readJson(['ci', 'check'], ada);
  assert.equal(told['schema'], 'cutwater.workflow-check/1');

  await changePolicy(project, (policy) => `${policy}channels: {edge: false, nightly: false}\n`);
  assert.match((await runProgram(['ci', 'check'], ada)).stderr, /pilot-release\.yml" is not wanted any more/);
  assert.match(await succeed(['ci', 'write'], ada), /removed {4}\.github\/workflows\/pilot-release\.yml/);
  await succeed(['ci', 'check'], ada);
  await rm(join(ada.folder, releaseFile));
  assert.equal((await runProgram(['ci', 'check'], ada)).exitCode, 3);
});

void test('the written jobs publish a tag and move aliases only in reconcile, with logins and key as GitHub hands them over', async (t) => {
  const [data, password] = [await makeFolder(t), 'sword"fish \\ 1'];
  const registry = await listenRegistry({
    folder: join(data, 'registry'),
    access: {
      anonymousRead: false,
      accounts: { isKnown: async (name, given) => name === 'ci' && given.reveal() === password },
    },
  });
  t.after(() => registry.close());
  const host = registry.url.slice('http://'.length);
  const project = { ...(await makeProject(t, { image: `${host}/tiny` })), data };
  await changePolicy(project, (text) => `${text}${policyPart}`);
  const ada = await maintainer(project);
  await succeed(['ci', 'write'], ada);
  await project.tag('1.0.0');

  const login = `secrets.REGISTRY_${host.replaceAll(/[^0-9]/g, '_')}`;
  const contexts: Contexts = {
    'secrets.CUTWATER_CI_KEY': project.ciKeyPem,
    [`${login}_USER`]: 'ci',
    [`${login}_PASSWORD`]: password,
    'github.token': 'token',
    'github.server_url': 'https://github.com',
  };
  const job = async (name: string, more: Contexts, which?: string) => {
    const { folder, env: known } = await runner(t, project);
    const { CUTWATER_CI_KEY: _, ...env } = known;
    const text = await readFile(join(ada.folder, '.github/workflows', name), 'utf8');
    const run = which === undefined ? {} : { job: which };
    return runLastStep(text, { folder, env }, { ...contexts, ...more }, run);
  };

  const hostile = await job('release.yml', { 'inputs.tag': 'v1.0.0"; touch /tmp/pwned; "', 'github.ref_name': 'main' });
  assert.equal(hostile.exitCode, 2, hostile.stderr);
  const option = await job('release.yml', { 'inputs.tag': '--json' });
  assert.equal(option.exitCode, 2, option.stderr);
  const released = await job('release.yml', { 'github.ref_name': 'v1.0.0' });
  assert.equal(released.exitCode, 0, released.stderr);
  const { tags } = await readPublished(data);
  assert.ok(tags['1.0.0'] !== undefined && tags['statement-1.0.0'] !== undefined);
  assert.deepEqual(await aliases(data), {}, 'the release job moves no alias');

  const reconciled = await job('reconcile.yml', {});
  assert.equal(reconciled.exitCode, 0, reconciled.stderr);
  assert.deepEqual(await aliases(data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0' });
  const resumed = await job('release.yml', { 'inputs.tag': 'v1.0.0', 'github.ref_name': 'main' });
  assert.match(new TextDecoder().decode(resumed.stdout), /v1\.0\.0 is published already/);

  const head = await project.clone.git('rev-parse', 'HEAD');
  const edge = await job('pilot-release.yml', { 'github.sha': head });
  assert.equal(edge.exitCode, 0, edge.stderr);
  assert.ok((await readPublished(data)).tags['edge'] !== undefined);

  // With a machine for each platform: two jobs build, one publishes, and none of them has to wait for another but it.
  await changePolicy(project, (text) => text.replace(policyPart, matrixPart), { 'app.txt': 'two\n' });
  await succeed(['ci', 'write'], ada);
  await changePolicy(project, (text) => text.replace('24.04-arm', '22.04-arm'));
  assert.match(
    (await runProgram(['ci', 'check'], ada)).stderr,
    /release\.yml", line \d+:\n *found .* runner: ubuntu-24\.04-arm"\n *wanted .* runner: ubuntu-22\.04-arm"\n/,
  );
  await project.tag('1.1.0');
  const at = { 'github.ref_name': 'v1.1.0' };
  const odd = await job('release.yml', { ...at, 'matrix.platform': 'linux/amd64"; touch /tmp/pwned; "' }, 'build');
  assert.equal(odd.exitCode, 2, odd.stderr);
  const built = await Promise.all(
    ['linux/amd64', 'linux/arm64'].map((platform) =>
      job('release.yml', { ...at, 'matrix.platform': platform }, 'build'),
    ),
  );
  for (const { exitCode, stderr } of built) assert.equal(exitCode, 0, stderr);
  const joined = await job('release.yml', at, 'release');
  assert.equal(joined.exitCode, 0, joined.stderr);
  assert.match(joined.stderr, /put together: .* from the parts for linux\/amd64, linux\/arm64/);
  assert.ok((await readPublished(data)).tags['statement-1.1.0'] !== undefined);
  const byHand = { 'inputs.tag': '1.1.0', 'github.ref_name': 'main', 'matrix.platform': 'linux/arm64' };
  const again = await job('release.yml', byHand, 'build');
  assert.equal(new TextDecoder().decode(again.stdout), 'nothing to build: v1.1.0 is published already\n');

  await project.commit({ 'app.txt': 'three\n' });
  const pushed = { 'github.sha': await project.clone.git('rev-parse', 'HEAD') };
  const arm = await job('pilot-release.yml', { ...pushed, 'matrix.platform': 'linux/arm64' }, 'build');
  assert.equal(arm.exitCode, 0, arm.stderr);
  const published = await job('pilot-release.yml', pushed, 'edge');
  assert.equal(published.exitCode, 0, published.stderr);
  assert.match(published.stderr, /put together: .* from the parts for linux\/arm64\n/);
});
