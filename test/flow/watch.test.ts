import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { maintainer } from '../make/actors.ts';
import type { GithubProject } from '../make/github-project.ts';
import { makeGithubProject } from '../make/github-project.ts';
import type { ServedJob, ServedRun, ServedRuns } from '../make/github-runs.ts';
import { serveRuns } from '../make/github-runs.ts';
import { programFile, readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';

void test('who pushed a tag sees the jobs of its run, then of the one that moves the aliases, and what became of each artifact', async (t) => {
  const made = await makeGithubProject(t);
  const served = await serveRuns(made.github);
  await made.tag('1.0.0');
  const ci = await made.runner(t);
  const run = await releaseRun(made, '1.0.0');
  const job = { name: 'release', status: 'in_progress', step: 'Verify, build, sign and publish' };
  const steps = async (look: number): Promise<void> => {
    if (look === 2) served.runs = [{ ...run, status: 'queued', jobs: [{ name: 'release', status: 'queued' }] }];
    if (look === 3) served.runs = [{ ...run, jobs: [job] }];
    if (look === 4) await succeed(['release', '1.0.0', '--leave-aliases'], ci);
    if (look === 4) served.runs = [ended(run)];
    if (look === 5) served.runs = [ended(run), aliasRun(run)];
    if (look === 6) await succeed(['reconcile'], ci);
    if (look === 6) served.runs = [ended(run), ended(aliasRun(run))];
  };
  const ada = await made.maintainer();
  assert.equal(await stopAtLook(served, 'SIGTERM', ada), 5);
  assert.equal(await stopAtLook(served, 'SIGKILL', ada), null);
  const first = served.looks;
  served.beforeLook = (look) => steps(look - first);
  const { exitCode, stdout, stderr } = await runProgram(['release', '1.0.0', '--watch', '--interval', '1'], ada);
  assert.equal(exitCode, 0, stdout + stderr);
  assert.equal(
    stderr.match(/release (?:queued|in_progress|running|succeeded)$/gm)?.join(', '),
    ['release queued', 'release running', 'release succeeded'].join(', '),
  );
  assert.match(stderr, /run http:\/\/127\.0\.0\.1:\d+\/acme\/tiny\/actions\/runs\/7 queued/);
  assert.match(stderr, /actions\/runs\/8 running\n.*reconcile running/s);
  const rows = stdout.replaceAll(/ +/g, ' ');
  for (const row of [
    /^ok statement sha256:[0-9a-f]{64}, signed as CI by/m,
    /^ok image 1\.0\.0 sha256:[0-9a-f]{64}$/m,
    /^ok release page published on github 127\.0\.0\.1:\d+\/acme\/tiny with \d+ files$/m,
    /^ok file SHA256SUMS \d+ bytes$/m,
    /^ok alias latest sha256:[0-9a-f]{64}, which is 1\.0\.0$/m,
    /^1\.0\.0 is published\.$/m,
  ])
    assert.match(rows, row);

  // The forge forgets runs; what is published is known without them.
  served.runs = [];
  const json = await readJson(['release', '1.0.0', '--watch'], ada);
  assert.deepEqual([json['schema'], json['outcome'], json['runs']], ['cutwater.watch/1', 'ended', []]);
  assert.equal(json['requests'], 2, 'and one look is enough');
});

void test('a run that fails, waits for a person, or takes too long ends watching with its job, its address and its own exit code', async (t) => {
  const made = await makeGithubProject(t);
  const served = await serveRuns(made.github);
  await made.tag('1.0.0');
  const run = await releaseRun(made, '1.0.0');
  const ada = await made.maintainer();
  const watch = (...more: readonly string[]) => runProgram(['release', '1.0.0', '--watch', ...more], ada);

  const hostile = 'build\u001b[2J\u202e (arm64)\nall is well';
  served.runs = [
    {
      ...run,
      ...failed,
      jobs: [
        { name: 'lint', ...done },
        { name: hostile, ...failed },
      ],
    },
    { ...run, id: 9, branch: 'v0.9.0', ...done, jobs: [] },
  ];
  const broken = await watch();
  assert.equal(broken.exitCode, 1, broken.stdout + broken.stderr);
  assert.match(
    broken.stdout,
    /The run of release\.yml failed\.\n {2}build\\u\{1b\}\[2J.*\/actions\/runs\/7\/job\/701$/m,
  );
  assert.match(broken.stdout, /not done +statement +there is none: the version is not published/);
  assert.match(broken.stdout, /not done +image 1\.0\.0 +it is not built yet/);
  const json = await runProgram(['release', '1.0.0', '--watch', '--json'], ada);
  assert.equal(json.exitCode, 1);
  assert.equal(json.stderr, '', 'nothing is said before the end');
  assert.equal(JSON.parse(json.stdout).outcome, 'failed');

  served.runs = [{ ...run, status: 'waiting', jobs: [{ name: 'release', status: 'waiting' }], pending: { prod: 1 } }];
  const waits = await watch();
  assert.equal(waits.exitCode, 8, waits.stdout);
  assert.match(waits.stdout, /waits for the approval of a person: prod\.\nnext: approve .*\/actions\/runs\/7\n/);

  served.runs = [{ ...run, jobs: [] }];
  const late = await watch('--timeout', '1s');
  assert.equal(late.exitCode, 5, late.stdout);
  assert.match(late.stdout, /not done in time: running.*'cutwater release 1\.0\.0 --watch' to go on watching/s);
  served.runs = [];
  const none = await watch('--timeout', '1s');
  assert.equal(none.exitCode, 5);
  assert.match(none.stdout, /No run for v1\.0\.0 has begun in time\..*cutwater ci check/s);

  // What CI left is finished by hand elsewhere: then the failed run matters no more.
  served.runs = [{ ...run, ...failed, jobs: [{ name: 'release', ...failed }] }];
  await succeed(['release', '1.0.0'], await made.runner(t));
  const byHand = await watch();
  assert.equal(byHand.exitCode, 0, byHand.stdout);
  assert.match(byHand.stdout, /1\.0\.0 is published\.\n.*runs\/7 is failed, and another one has done its work/);

  const page = made.github.releases.find(({ tag }) => tag === 'v1.0.0');
  page?.assets.splice(0, 1);
  page?.assets.forEach((asset) => (asset.bytes = Buffer.concat([asset.bytes, Buffer.from('x')])));
  const spoilt = await watch();
  assert.equal(spoilt.exitCode, 1, 'a run that failed, and not all is there');
  assert.match(spoilt.stdout, /not done +file \S+ +it is missing/);
  assert.match(spoilt.stdout, /not done +file \S+ +it has \d+ bytes, \d+ were released/);

  // A run may call itself a success; what counts is what is there.
  await made.project.commit({ 'app.txt': 'two\n' });
  await made.tag('1.1.0');
  served.runs = [{ ...(await releaseRun(made, '1.1.0')), ...done, jobs: [{ name: 'release', ...done }] }];
  served.runs = [...served.runs, ended(aliasRun(run))];
  const empty = await runProgram(['release', '1.1.0', '--watch'], ada);
  assert.equal(empty.exitCode, 3, empty.stdout);
  assert.match(empty.stdout, /The run has ended, and 1\.1\.0 is not all there\./);
});

void test('what cannot be watched is said with the next step: no forge that runs anything, no tag there, no token', async (t) => {
  const local = await makeProject(t);
  await local.tag('1.0.0');
  const nothingRuns = await runProgram(['release', '1.0.0', '--watch'], await maintainer(local));
  assert.equal(nothingRuns.exitCode, 2, nothingRuns.stderr);
  assert.match(nothingRuns.stderr, /the forge is "local", and nothing runs there\n.*cutwater release VERSION/s);

  const made = await makeGithubProject(t);
  await serveRuns(made.github);
  const ada = await made.maintainer();
  await made.project.clone.tag('v1.0.0', { by: made.project.key });
  const unpushed = await runProgram(['release', '1.0.0', '--watch'], ada);
  assert.equal(unpushed.exitCode, 3, unpushed.stderr);
  assert.match(unpushed.stderr, /only this clone has the tag.*\n.*git push origin refs\/tags\/v1\.0\.0/);
  await made.tag('1.1.0');
  const wrong = { ...ada, env: { ...ada.env, GITHUB_TOKEN: 'CANARY-wrong' } };
  const refused = await runProgram(['release', '1.1.0', '--watch'], wrong);
  assert.equal(refused.exitCode, 4, refused.stderr);
  assert.match(refused.stderr, /the token in GITHUB_TOKEN/);
  for (const [options, says] of [
    [['--watch', '--leave-aliases'], /releases nothing itself/],
    [['--watch', '--timeout', 'soon'], /is not a time/],
    [['--timeout', '1h'], /--watch/],
  ] as const) {
    const misused = await runProgram(['release', '1.1.0', ...options], ada);
    assert.equal(misused.exitCode, 2, misused.stderr);
    assert.match(misused.stderr, says);
  }
});

const done = { status: 'completed', conclusion: 'success' } as const;
const failed = { status: 'completed', conclusion: 'failure' } as const;

async function releaseRun({ project }: GithubProject, version: string): Promise<ServedRun> {
  const commit = await project.clone.git('rev-parse', `v${version}^{commit}`);
  const branch = `v${version}`;
  return { id: 7, workflow: 'release.yml', event: 'push', branch, commit, status: 'in_progress', jobs: [] };
}

/** The workflow that begins when the release has ended, on the default branch. */
function aliasRun(after: ServedRun): ServedRun {
  const job: ServedJob = { name: 'reconcile', status: 'in_progress' };
  const when = { createdAt: '2026-01-01T00:10:05Z', updatedAt: '2026-01-01T00:11:00Z' };
  const head = { event: 'workflow_run', branch: 'main', commit: after.commit };
  return { ...head, ...when, id: 8, workflow: 'reconcile.yml', status: 'in_progress', jobs: [job] };
}

function ended(run: ServedRun): ServedRun {
  return {
    ...run,
    ...done,
    jobs: run.jobs.length === 0 ? [{ name: 'release', ...done }] : run.jobs.map(({ name }) => ({ name, ...done })),
  };
}

/** Stops a watching program when it looks for the second time; its exit code. */
async function stopAtLook(
  served: ServedRuns,
  signal: 'SIGTERM' | 'SIGKILL',
  at: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<number | null> {
  const args = [programFile, 'release', '1.0.0', '--watch', '--interval', '1'];
  const child = spawn(process.execPath, args, { cwd: at.folder, env: at.env, stdio: 'ignore' });
  const before = served.beforeLook;
  const second = served.looks + 2;
  served.beforeLook = (look) => {
    if (look === second) child.kill(signal);
  };
  await once(child, 'exit');
  served.beforeLook = before;
  return child.exitCode;
}
