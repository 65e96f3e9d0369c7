import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import type { HookServer } from '../make/hook-server.ts';
import { startHook } from '../make/hook-server.ts';
import type { RunAt } from '../make/program.ts';
import { programFile, readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeCiKey, makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';

void suite('announcements', { concurrency: 2 }, () => {
  void test('each channel is told once of a release, its withdrawal and its return, whoever runs it and however often', async (t) => {
    const hook = await startHook(t);
    const project = await announcingProject(t, hook);
    const ada = today(await maintainer(project));
    const ci = async (): Promise<RunAt> => today(await withHook(t, project, hook));
    await tagToday(project, '1.0.0');
    const released = await succeed(['release', '1.0.0'], await ci());
    assert.match(released, /chat: told that tiny 1\.0\.0 is released \(id m1\)/);
    assert.match(released, /Not announced yet: 1\.0\.0 is released \(log\); run 'cutwater announce 1\.0\.0'/);
    await succeed(['release', '1.0.0'], await ci());
    const told = await readJson(['announce', '1.0.0'], await ci());
    assert.deepEqual(channelsOf(told), ['chat known undefined', 'log sent released']);
    assert.match(await succeed(['announce', 'v1.0.0'], await ci()), /chat: knows it already\nlog: knows it already/);
    assert.deepEqual(said(hook), ['released 1.0.0']);
    assert.match(
      await readLog(project),
      /^<!-- cutwater:announcement [0-9a-f]{32} -->\n\*\*tiny 1\.0\.0 is released\*\*/,
    );
    assert.match(await readLog(project), /Pin it by its digest: `embedded\/tiny@sha256:/);

    await project.commit({ 'app.txt': 'two\n' });
    await tagToday(project, '1.1.0');
    await succeed(['release', '1.1.0'], await ci());
    const withdraw = ['withdraw', '1.1.0', '--reason', 'loses <b>uploads</b>', '--push', '--aliases'];
    const withdrawn = await succeed([...withdraw, 'move'], ada);
    assert.match(withdrawn, /Not announced yet: 1\.1\.0 is withdrawn \(chat, log\); run 'cutwater announce 1\.1\.0'/);
    assert.match(
      await succeed(['status'], ada),
      /Announcements\n +Not announced yet: 1\.1\.0 is withdrawn \(chat, log\)/,
    );
    const plan = await succeed(['plan'], await ci());
    assert.match(plan, /tell chat that v1\.1\.0 is withdrawn, and record it as announced-withdrawn-1-chat-1\.1\.0/);
    assert.match(await succeed(['reconcile'], await ci()), /chat: told that tiny 1\.1\.0 is withdrawn/);
    await succeed(['reconcile'], await ci());
    await succeed(['announce', '1.1.0'], await ci());
    // Another word about the aliases is a further decision and no news.
    await succeed([...withdraw, 'hold'], ada);
    await succeed(['reconcile'], await ci());
    assert.deepEqual(said(hook), ['released 1.0.0', 'released 1.1.0', 'withdrawn 1.1.0']);
    const { announcement } = hook.seen[2] ?? {};
    assert.equal(announcement?.['useInstead'], '1.0.0');
    assert.match(
      String(announcement?.['text']),
      /> loses &lt;b&gt;uploads[^]*- Use \*\*1\.0\.0\*\* instead: `embedded/,
    );

    await succeed(['restore', '1.1.0', '--reason', 'it does not', '--push'], ada);
    await succeed(['reconcile'], await ci());
    await succeed(['announce', '1.1.0'], await ci());
    await succeed([...withdraw, 'hold'], ada);
    await succeed(['reconcile'], await ci());
    assert.deepEqual(said(hook).slice(3), ['restored 1.1.0', 'withdrawn 1.1.0']);
    assert.equal(new Set(hook.seen.map(({ key }) => key)).size, 5, 'each has a key of its own');
    assert.equal((await readLog(project)).match(/^<!-- cutwater:announcement /gm)?.length, 3, 'log is told by hand');
    const { tags } = await readPublished(project.data);
    assert.ok(tags['announced-withdrawn-3-chat-1.1.0'], Object.keys(tags).join());
  });

  void test('killed between telling and recording it tells once more, with the same key, and never again', async (t) => {
    const hook = await startHook(t);
    const project = await announcingProject(t, hook);
    await tagToday(project, '1.0.0');
    hook.status = 503;
    const incomplete = await runProgram(['release', '1.0.0'], await withHook(t, project, hook));
    assert.equal(incomplete.exitCode, 6, incomplete.stderr);
    assert.match(
      incomplete.stderr,
      /everything is published, but 1 of 1 announcements failed\n +1\.0\.0 on chat: .* answers 503/,
    );
    assert.match(incomplete.stderr, /next: Run 'cutwater announce 1\.0\.0'/);
    assert.equal((await readPublished(project.data)).latest, 'v1.0.0');

    hook.status = 200;
    const stop = new AbortController();
    hook.onCall = () => stop.abort();
    const at = await withHook(t, project, hook);
    const args = [programFile, '--plain', 'announce', '1.0.0', '--channel', 'chat'];
    const kill = { signal: stop.signal, with: 'SIGKILL' } as const;
    const killed = await runTool({ command: process.execPath, args, cwd: at.folder, env: at.env, kill });
    assert.equal(killed.exitCode, -1);
    hook.onCall = () => undefined;
    await succeed(['announce', '1.0.0', '--channel', 'chat'], await withHook(t, project, hook));
    await succeed(['announce', '1.0.0', '--channel', 'chat'], await withHook(t, project, hook));
    assert.deepEqual(said(hook), ['released 1.0.0', 'released 1.0.0', 'released 1.0.0']);
    assert.equal(new Set(hook.seen.map(({ key }) => key)).size, 1);
  });

  void test('what a chat was told of a release is changed when it is withdrawn, and again when it is back', async (t) => {
    const hook = await startHook(t);
    hook.idOf = String;
    const project = await makeProject(t);
    const chat = `announce: [{name: chat, kind: discord, host: "${hook.host}", urlVariable: CANARY_HOOK_URL, auto: true}]\n`;
    await changePolicy(project, (text) => text + chat);
    const ada = today(await maintainer(project));
    const ci = async (): Promise<RunAt> => today(await withHook(t, project, hook));
    await tagToday(project, '1.0.0');
    assert.match(await succeed(['release', '1.0.0'], await ci()), /chat: told that tiny 1\.0\.0 is released \(id 1\)/);
    await succeed(['withdraw', '1.0.0', '--reason', 'loses uploads', '--push', '--aliases', 'hold'], ada);
    // The message is gone: that keeps nobody from being told.
    hook.status = 404;
    hook.onCall = () => (hook.status = hook.seen.length === 2 ? 404 : 200);
    const told = await runProgram(['reconcile'], await ci());
    assert.equal(told.exitCode, 0, told.stderr);
    assert.match(told.stderr, /Cannot change the announcement 1 on chat: .* answers 404/);
    await succeed(['restore', '1.0.0', '--reason', 'it does not', '--push'], ada);
    await succeed(['reconcile'], await ci());
    await succeed(['reconcile'], await ci());
    const path = '/hooks/canary-T0PS3CRET';
    assert.deepEqual(
      hook.seen.map(({ line, announcement }) => [line, String(announcement['content']).split('\n')[0]]),
      [
        [`POST ${path}?wait=true`, '**tiny 1.0.0 is released**'],
        [`PATCH ${path}/messages/1`, String.raw`**tiny 1.0.0 is withdrawn\: do not deploy it**`],
        [`POST ${path}?wait=true`, String.raw`**tiny 1.0.0 is withdrawn\: do not deploy it**`],
        [`PATCH ${path}/messages/1`, String.raw`**tiny 1.0.0 is restored\: it may be deployed again**`],
        [`POST ${path}?wait=true`, String.raw`**tiny 1.0.0 is restored\: it may be deployed again**`],
      ],
    );
  });

  void test('nothing is told where it could not be recorded, is no news, or may go to somebody else', async (t) => {
    const hook = await startHook(t);
    const project = await announcingProject(t, hook);
    await tagToday(project, '1.0.0');
    const bare = await runner(t, project);
    const doctor = await runProgram(['doctor'], bare);
    assert.match(
      doctor.stdout,
      /note +channel chat .*CANARY_HOOK_URL is not set[^]*ok +channel log +file "announcements\.md"/,
    );
    const left = await runProgram(['release', '1.0.0'], bare);
    assert.match(left.stderr, /1\.0\.0 on chat: .*CANARY_HOOK_URL is not set/);
    await project.commit({ 'app.txt': 'two\n' });
    await tagToday(project, '1.0.1');
    const ada = await maintainer(project);
    await succeed(['withdraw', '1.0.1', '--reason', 'wrong commit', '--push'], ada);
    const ci = await withHook(t, project, hook);
    const elsewhere = { ...ci.env, CANARY_HOOK_URL: `http://127.0.0.1:1/hooks/canary` };
    const cases: readonly (readonly [readonly string[], RunAt, number, RegExp])[] = [
      [['1.0.1'], ci, 3, /Cannot announce 1\.0\.1: it was never published/],
      [['1.0.0', '--channel', 'chatt'], ci, 2, /names no such channel\nnext: Did you mean chat\?/],
      [['1.0.0-rc.1'], ci, 2, /no channel takes releases of class rc/],
      [['1.0.0', '--channel', 'chat'], { ...ci, env: elsewhere }, 2, /is not at the host the policy names/],
      [
        ['1.0.0'],
        { ...ci, env: { ...ci.env, CUTWATER_CI_KEY: makeCiKey('ed25519').privatePem } },
        2,
        /none of those in trust\.ci/,
      ],
      [['1.0.0'], ada, 2, /there is no CI key/],
    ];
    for (const [args, at, exit, says] of cases) {
      const ended = await runProgram(['announce', ...args], at);
      assert.equal(ended.exitCode, exit, ended.stderr);
      assert.match(ended.stderr, says);
    }
    // Whoever may push to the registry puts something in the place of the record.
    await pointImageTags(project.data, await digestAt(project.data, '1.0.0'), 'announced-released-chat-1.0.0');
    const blocked = await runProgram(['announce', '1.0.0', '--channel', 'chat'], ci);
    assert.equal(blocked.exitCode, 3, blocked.stderr);
    assert.match(blocked.stderr, /the registry holds something else there/);
    assert.deepEqual(hook.seen, []);
  });
});

/** A project with a file that is told by hand and a chat that is told by itself. */
async function announcingProject(scope: Scope, hook: HookServer): Promise<TestProject> {
  const project = await makeProject(scope);
  const channels = `announce:
  - {name: chat, kind: webhook, host: "${hook.host}", urlVariable: CANARY_HOOK_URL, auto: true}
  - {name: log, kind: file}
`;
  await changePolicy(project, (text) => text + channels);
  return project;
}

/** A CI runner that has the address of the chat, which is a secret. */
async function withHook(scope: Scope, project: TestProject, hook: HookServer): Promise<RunAt> {
  const at = await runner(scope, project);
  return { ...at, env: { ...at.env, CANARY_HOOK_URL: `http://${hook.host}/hooks/canary-T0PS3CRET` } };
}

/** Git's own clock instead of the fixed one: what is old is no news. */
function today({ folder, env }: RunAt): RunAt {
  const { GIT_COMMITTER_DATE: _, GIT_AUTHOR_DATE: __, ...rest } = env;
  return { folder, env: rest };
}

async function tagToday(project: TestProject, version: string): Promise<void> {
  const taggedAt = Math.floor(Date.now() / 1000);
  await project.clone.tag(`v${version}`, { by: project.key, message: `Release v${version}`, taggedAt });
  await project.clone.git('push', '-q', 'origin', `refs/tags/v${version}`);
}

function said({ seen }: HookServer): readonly string[] {
  return seen.map(({ announcement }) => `${String(announcement['kind'])} ${String(announcement['version'])}`);
}

function channelsOf(document: Readonly<Record<string, unknown>>): readonly string[] {
  const { channels } = document;
  assert.ok(Array.isArray(channels));
  return channels.map(({ channel, is, kind }) => `${channel} ${is} ${kind}`);
}

function readLog(project: TestProject): Promise<string> {
  return readFile(join(project.data, 'announcements.md'), 'utf8');
}
