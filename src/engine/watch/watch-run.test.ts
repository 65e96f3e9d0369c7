import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import type { RunState, WorkflowRun, WorkflowRuns } from '../../ports/workflow-runs.ts';
import type { WatchParts } from './watch-run.ts';
import { watchRun } from './watch-run.ts';

const question = {
  of: 'tag',
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: objectId('1'.repeat(40)),
  title: 'release v1.2.3',
} as const;

test('a run is looked at until it ends, and each look is shown', async () => {
  const { parts, shown } = watching([undefined, 'queued', 'running', 'running', 'succeeded', 'failed']);
  assert.equal((await watchRun(parts, question)).is, 'succeeded');
  assert.deepEqual(shown, ['queued', 'running', 'running', 'succeeded']);
});

test('a run that is cancelled or skipped has not done it; one that waits for a person is left to them', async () => {
  for (const [state, is] of [
    ['failed', 'failed'],
    ['cancelled', 'failed'],
    ['skipped', 'failed'],
    ['waiting', 'waits'],
  ] as const)
    assert.equal((await watchRun(watching(['running', state]).parts, question)).is, is, state);
});

test('when the time is up watching ends without having waited for it, and says where the run is', async () => {
  const { parts, clock } = watching(['running'], { deadline: 100_000 });
  const end = await watchRun(parts, question);
  assert.deepEqual([end.is, end.run?.state], ['unfinished', 'running']);
  assert.ok(clock.now() <= 100_000);
  assert.equal((await watchRun(watching([undefined], { deadline: 50_000 }).parts, question)).run, undefined);
});

test('a server that stops answering for a while is borne and said, and one that stays away is not', async () => {
  const gone = new CutwaterError('UNREACHABLE', 'Cannot look: nobody answers');
  const short = watching(['running', gone, gone, 'running', gone, 'succeeded']);
  assert.equal((await watchRun(short.parts, question)).is, 'succeeded');
  assert.equal(short.notes.length, 3);
  assert.match(short.notes[0] ?? '', /nobody answers; watching goes on/);
  const often = watching([
    'running',
    ...Array.from({ length: 10 }, () => [gone, 'running'] as const).flat(),
    'succeeded',
  ]);
  assert.equal((await watchRun(often.parts, question)).is, 'succeeded', 'only failures in a row count');
  const long = watching(['running', gone]);
  await assert.rejects(watchRun(long.parts, question), (error) => isCutwaterError(error, 'UNREACHABLE'));
  assert.equal(long.notes.length, 5);
  await assert.rejects(watchRun(watching([gone]).parts, question), /nobody answers/, 'the first answer is wanted');
});

test('a rate limit is waited for as long as the time allows; a refusal is none', async () => {
  const limited = new CutwaterError('RATE_LIMITED', 'Cannot look: too many');
  const many = Array.from({ length: 20 }, () => limited);
  assert.equal((await watchRun(watching(['running', ...many, 'succeeded']).parts, question)).is, 'succeeded');
  const refused = new CutwaterError('FORBIDDEN', 'Cannot look: no rights');
  await assert.rejects(watchRun(watching(['running', refused]).parts, question), /no rights/);
});

test('that a run is waited for is said at once, and after a minute that none has begun; each once', async () => {
  const { parts, notes } = watching([...Array.from({ length: 30 }, () => undefined), 'succeeded']);
  await watchRun(parts, question);
  assert.equal(notes.length, 2);
  assert.equal(notes[0], 'waiting for a run of release.yml for v1.2.3 to begin');
  assert.match(notes[1] ?? '', /github host\/x shows no run of release\.yml for v1\.2\.3 yet/);
});

test('looks come further and further apart while nothing happens, and near again when something does', async () => {
  const still = Array.from({ length: 20 }, () => 'running' as const);
  const { parts, at } = watching(['queued', ...still, 'queued', 'succeeded']);
  await watchRun(parts, question);
  const waits = at.slice(1).map((moment, index) => moment - (at[index] ?? 0));
  assert.deepEqual([waits[0], waits[1], waits[2], waits[20], waits[21]], [3000, 3000, 4500, 30_000, 3000]);
});

test('where the server allows few questions that is said once, and it is asked so seldom', async () => {
  const { parts, notes, at } = watching(['running', 'running', 'running', 'succeeded'], { left: 57 });
  await watchRun(parts, question);
  assert.deepEqual(notes, ['looking every 9 min: github host/x allows 57 more questions now']);
  assert.ok((at[1] ?? 0) >= 8 * 60_000);
});

type Look = RunState | CutwaterError | undefined;

/** Looks one after the other; the last one again and again. Waiting takes no time. */
function watching(looks: readonly Look[], { deadline = Infinity, left = Infinity } = {}) {
  let [now, count] = [0, 0];
  const at: number[] = [];
  const shown: string[] = [];
  const notes: string[] = [];
  const runs: WorkflowRuns = {
    description: 'github host/x',
    findRun: async () => {
      const look = looks[Math.min(count, looks.length - 1)];
      count += 1;
      at.push(now);
      if (look instanceof CutwaterError) throw look;
      return look && runIn(look);
    },
    allowance: () => ({
      sent: count,
      left: left === Infinity ? undefined : { requests: left, resetsAt: 3_600_000 },
    }),
  };
  const clock = { now: () => now, pauseUntil: async (moment: number) => void (now = moment) };
  const parts: WatchParts = {
    runs,
    clock,
    deadline,
    least: 3000,
    show: ({ state }) => shown.push(state),
    note: (_, text) => notes.push(text),
  };
  return { parts, clock, shown, notes, at };
}

function runIn(state: RunState): WorkflowRun {
  return { id: 7, url: 'https://host/x/actions/runs/7', state, approvals: [], changedAt: 0, jobs: [] };
}
