import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunState, WorkflowRun } from '../../ports/workflow-runs.ts';
import { makeJobBoard } from './job-board.ts';
import { textWidth } from './text-width.ts';

const tty = { isTty: true, columns: 40, color: false };

test('on a terminal one line per job is rewritten where it stands, and none is wider than the terminal', () => {
  const { board, written } = open('line');
  board.show(
    run('running', [
      ['build', 'running'],
      ['x'.repeat(200), 'queued'],
    ]),
  );
  board.show(
    run('succeeded', [
      ['build', 'succeeded'],
      ['last', 'succeeded'],
    ]),
  );
  board.close();
  const [first = '', second = ''] = written;
  assert.equal(first.split('\n').length, 4);
  for (const line of first.split('\n')) assert.ok(textWidth(line) < 40, line);
  assert.ok(second.startsWith('\u001b[3A\u001b[J'), 'the cursor goes back over the three lines, and clears them');
  assert.match(second, /✓ build {2}succeeded/);
});

test('a second run stands below the first, which stays as it ended', () => {
  const { board, written } = open('line');
  board.show(run('succeeded', [['release', 'succeeded']]));
  board.show({ ...run('running', [['reconcile', 'running']]), id: 8 });
  assert.doesNotMatch(written[1] ?? '', /\u001b/);
});

test('what is noted meanwhile stays above the board', () => {
  const { board, written } = open('line');
  board.show(run('running', [['build', 'running']]));
  board.note('warning', 'the server was away');
  assert.deepEqual(written.slice(1), [`\u001b[2A\u001b[J! the server was away\n${written[0] ?? ''}`]);
});

test('in CI a line is written when the state of a job changes, and none when nothing does', () => {
  const { board, written } = open('plain');
  const running = run('running', [
    ['build', 'running'],
    ['build', 'queued'],
  ]);
  board.show(running);
  board.show(running);
  board.show(
    run('running', [
      ['build', 'succeeded'],
      ['build', 'queued'],
    ]),
  );
  assert.deepEqual(written, [
    '  run https://host/x/actions/runs/7 running\n',
    '… build running\n',
    '· build queued\n',
    '✓ build succeeded\n',
  ]);
});

test('names from the server cannot reach the terminal, and hundreds of jobs do not fill it', () => {
  for (const mode of ['line', 'plain'] as const) {
    const { board, written } = open(mode);
    board.show(run('running', [['\u001b]0;owned\u0007\n\u202evil', 'running', 'step\r\u001b[2J']]));
    assert.doesNotMatch(written.join('').replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u, mode);
    assert.match(written.join(''), /u\{1b\}\]0;owned/);
  }
  const { board, written } = open('line');
  board.show(
    run(
      'running',
      Array.from({ length: 500 }, (_, at) => [`job ${at}`, 'queued']),
    ),
  );
  assert.equal(written.join('').split('\n').length, 15);
  assert.match(written.join(''), /and 488 more jobs/);
});

test('silent is silent', () => {
  const { board, written } = open('silent');
  board.show(run('failed', [['build', 'failed']]));
  board.note('warning', 'x');
  assert.deepEqual(written, []);
});

function open(mode: 'line' | 'plain' | 'silent') {
  const written: string[] = [];
  const board = makeJobBoard({ sink: { write: (text) => void written.push(text) }, terminal: tty, mode });
  return { board, written };
}

function run(state: RunState, jobs: readonly (readonly [string, RunState, string?])[]): WorkflowRun {
  const url = 'https://host/x/actions/runs/7';
  return {
    id: 7,
    url,
    state,
    approvals: [],
    changedAt: 0,
    jobs: jobs.map(([name, own, step]) => ({ name, state: own, step, url: undefined })),
  };
}
