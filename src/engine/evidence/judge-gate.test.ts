import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import type { GatePolicy } from '../../policy/gate-policy.ts';
import type { GateEnd, GateReportFile } from '../../ports/gate-runner.ts';
import { judgeGate } from './judge-gate.ts';

const subject = { commit: objectId('a'.repeat(40)), image: undefined };
const gate: GatePolicy = {
  name: 'smoke',
  on: 'source',
  command: ['./smoke.sh'],
  timeoutSeconds: 90,
  classes: ['stable'],
  env: [],
  report: { format: 'keyvalue', path: 'smoke.env', expect: { SMOKE_STATUS: 'passed' } },
  whenChanged: [],
};

function judge(ended: GateEnd, report: GateReportFile | undefined): ReturnType<typeof judgeGate> {
  const log = { file: 'x.log', digest: digestOf('') };
  return judgeGate(gate, { startedAt: 1, finishedAt: 2, ended, leftovers: [], log, tail: [], report }, subject);
}

function reported(text: string): GateReportFile {
  return { is: 'read', bytes: new TextEncoder().encode(text), digest: digestOf(text) };
}

test('a gate passes only with exit code 0 and a report that says so', () => {
  assert.deepEqual(judge({ is: 'exit', code: 0 }, reported('SMOKE_STATUS=passed')), { is: 'passed' });
  const failures: readonly (readonly [GateEnd, GateReportFile | undefined, string])[] = [
    [{ is: 'exit', code: 3 }, reported('SMOKE_STATUS=passed'), '"./smoke.sh" ended with exit code 3'],
    [
      { is: 'signal', signal: 'SIGSEGV' },
      reported('SMOKE_STATUS=passed'),
      '"./smoke.sh" was ended by the signal SIGSEGV',
    ],
    [{ is: 'time-limit' }, reported('SMOKE_STATUS=passed'), '"./smoke.sh" took longer than 90 s'],
    [{ is: 'not-started', reason: 'is not installed' }, undefined, '"./smoke.sh" is not installed'],
    [{ is: 'exit', code: 0 }, { is: 'missing' }, 'it wrote no report "smoke.env"'],
    [{ is: 'exit', code: 0 }, undefined, 'it wrote no report "smoke.env"'],
    [{ is: 'exit', code: 0 }, { is: 'unreadable', reason: 'is a pipe' }, 'its report "smoke.env" is a pipe'],
    [
      { is: 'exit', code: 0 },
      reported('SMOKE_STATUS=PENDING'),
      'smoke.env:1: SMOKE_STATUS is PENDING, which is no pass',
    ],
  ];
  for (const [ended, report, reason] of failures) {
    const verdict = judge(ended, report);
    assert.equal(verdict.is, 'failed');
    assert.equal(verdict.reason, reason);
  }
});

test('a gate that fails and says why in its report is told with both', () => {
  assert.deepEqual(judge({ is: 'exit', code: 1 }, reported('SMOKE_STATUS=failed')), {
    is: 'failed',
    reason: '"./smoke.sh" ended with exit code 1',
    details: ['smoke.env:1: SMOKE_STATUS failed'],
  });
});
