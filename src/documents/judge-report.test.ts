import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { digestOf } from '../domain/digest.ts';
import { objectId } from '../domain/object-id.ts';
import type { GateReportPolicy } from '../policy/gate-policy.ts';
import { judgeExpectedReport, judgeReport } from './judge-report.ts';
import type { ReportFormat } from './validation-report.ts';

const commit = objectId('0123456789abcdef0123456789abcdef01234567');
const image = digestOf('image');
const subject = { commit, image };
type Outcome = ReturnType<typeof judgeReport>['outcome'];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const keyvalue: GateReportPolicy = { format: 'keyvalue', path: 'smoke.env', expect: { SMOKE_STATUS: 'passed' } };
const yaml = (...gates: string[]): GateReportPolicy => ({ format: 'yaml', path: 'gate.yaml', gates });

void suite('KEY=VALUE reports of gates', () => {
  const passing: readonly string[] = [
    'SMOKE_STATUS=passed',
    '# a comment\n\nOTHER=failed\r\nSMOKE_STATUS=passed\r\n',
    'SMOKE_STATUS=passed\nSMOKE_STATUS=passed\n',
    `SMOKE_STATUS=passed\nSOURCE_SHA=${commit}\nIMAGE_DIGEST=${image}\n`,
    `SMOKE_STATUS=passed\nGIT_COMMIT=${commit.slice(0, 7)}\nIMAGE_DIGEST=host/a@${image}\n`,
  ];
  for (const text of passing)
    test(`${JSON.stringify(text)} is a pass`, () =>
      assert.deepEqual(judgeExpectedReport(bytes(text), keyvalue, subject), { outcome: 'pass', problems: [] }));

  const failing: readonly (readonly [string, Outcome, string])[] = [
    ['A=1\nSMOKE_STATUS=PENDING', 'pending', 'smoke.env:2: SMOKE_STATUS is PENDING, which is no pass'],
    ['SMOKE_STATUS=not run', 'pending', 'smoke.env:1: SMOKE_STATUS was not run, which is no pass'],
    ['SMOKE_STATUS=skipped', 'fail', 'smoke.env:1: SMOKE_STATUS was skipped, which is no pass'],
    ['SMOKE_STATUS=', 'fail', 'smoke.env:1: SMOKE_STATUS is empty, which is no pass'],
    ['SMOKE_STATUS=FAILED', 'fail', 'smoke.env:1: SMOKE_STATUS failed'],
    ['SMOKE_STATUS=PASSED', 'fail', 'smoke.env:1: SMOKE_STATUS is "PASSED", which is no pass, "passed" is wanted'],
    ['SMOKE_STATUS=passed ', 'fail', 'smoke.env:1: SMOKE_STATUS is "passed ", which is no pass, "passed" is wanted'],
    ['OTHER=passed', 'fail', 'smoke.env: it has no line SMOKE_STATUS=passed'],
    ['', 'unusable', 'smoke.env: it is empty'],
    [' \n', 'unusable', 'smoke.env: it is empty'],
    ['SMOKE_STATUS passed', 'unusable', 'smoke.env:1: "SMOKE_STATUS passed" is no line KEY=VALUE'],
    ['export SMOKE_STATUS=passed', 'unusable', 'smoke.env:1: "export SMOKE_STATUS=passed" is no line KEY=VALUE'],
    ['SMOKE_STATUS="passed"', 'unusable', 'smoke.env:1: the value of SMOKE_STATUS is in quotes, it is wanted without'],
    ['SMOKE_STATUS=passed\u001b[2J', 'unusable', 'smoke.env:1: the value of SMOKE_STATUS has control characters'],
    [
      'SMOKE_STATUS=failed\nSMOKE_STATUS=passed',
      'unusable',
      'smoke.env:2: SMOKE_STATUS is "passed", but "failed" on line 1',
    ],
    [
      'SMOKE_STATUS=passed\nSOURCE_SHA=unknown',
      'unusable',
      `smoke.env:2: SOURCE_SHA is "unknown", but this is about commit ${commit}`,
    ],
    [
      `SMOKE_STATUS=passed\nCOMMIT=${commit.replace('0', 'f')}`,
      'unusable',
      `smoke.env:2: COMMIT is "${commit.replace('0', 'f')}", but this is about commit ${commit}`,
    ],
    [
      `SMOKE_STATUS=passed\nIMAGE_DIGEST=${digestOf('other')}`,
      'unusable',
      `smoke.env:2: IMAGE_DIGEST is "${digestOf('other')}", but this is about image ${image}`,
    ],
  ];
  for (const [text, outcome, problem] of failing)
    test(`${JSON.stringify(text)} is no pass: ${problem}`, () =>
      assert.deepEqual(judgeExpectedReport(bytes(text), keyvalue, subject), { outcome, problems: [problem] }));

  test('bytes that are no UTF-8 are no pass', () =>
    assert.deepEqual(judgeExpectedReport(new Uint8Array([0xff, 0xfe]), keyvalue, subject).problems, [
      'smoke.env: it is not UTF-8',
    ]));

  test('every expected key is judged, and all problems are told; one that waits does not hide one that failed', () => {
    const both = { ...keyvalue, expect: { SMOKE_STATUS: 'passed', UPGRADE_STATUS: 'passed' } };
    assert.deepEqual(judgeExpectedReport(bytes('SMOKE_STATUS=PENDING\nUPGRADE_STATUS=failed'), both, subject), {
      outcome: 'fail',
      problems: ['smoke.env:1: SMOKE_STATUS is PENDING, which is no pass', 'smoke.env:2: UPGRADE_STATUS failed'],
    });
  });
});

void suite('gate YAML', () => {
  const passing: readonly (readonly [string, GateReportPolicy])[] = [
    ['gates:\n  - name: smoke\n    status: PASS\n', yaml()],
    ['gates: { smoke: { status: PASS, evidence: a.txt }, upgrade: PASS }', yaml('smoke', 'upgrade')],
    ['gates: [{ name: smoke, status: PASS }, { name: later, status: PENDING }]', yaml('smoke')],
    [`decision: GO\nsource: { sha: ${commit} }\ngates: [{ name: smoke, status: PASS }]`, yaml()],
  ];
  for (const [text, expected] of passing)
    test(`${JSON.stringify(text)} is a pass`, () =>
      assert.deepEqual(judgeExpectedReport(bytes(text), expected, subject), { outcome: 'pass', problems: [] }));

  const failing: readonly (readonly [string, GateReportPolicy, Outcome, string])[] = [
    ['gates:\n  - name: smoke\n    status: PENDING\n', yaml(), 'pending', '3: smoke is PENDING, which is no pass'],
    ['gates:\n  - name: smoke\n    status: SKIPPED\n', yaml(), 'fail', '3: smoke was skipped, which is no pass'],
    ['gates:\n  - name: smoke\n    status: NOT_RUN\n', yaml(), 'pending', '3: smoke was not run, which is no pass'],
    ['gates:\n  - name: smoke\n    status: FAIL\n', yaml(), 'fail', '3: smoke failed'],
    ['gates:\n  - name: smoke\n    status:\n', yaml(), 'fail', '3: smoke is empty, which is no pass'],
    ['gates:\n  - name: smoke\n', yaml(), 'fail', '2: smoke is empty, which is no pass'],
    [
      'gates: [{ name: smoke, status: passed }]',
      yaml(),
      'fail',
      '1: smoke is "passed", which is none of PASS, FAIL, PENDING and SKIPPED, so it is no pass',
    ],
    [
      'gates: { smoke: { status: N/A } }',
      yaml(),
      'fail',
      '1: smoke is "N/A", which is none of PASS, FAIL, PENDING and SKIPPED, so it is no pass',
    ],
    ['gates: [{ name: smoke, status: PASS }]', yaml('upgrade'), 'fail', ' it has no entry "upgrade"'],
    ['gates: []', yaml(), 'unusable', ' it lists no gate'],
    ['gates: [{ status: PASS }]', yaml(), 'unusable', '1: an entry of "gates" has no name'],
    ['smoke: PASS', yaml(), 'unusable', ' it has no list "gates"'],
    [
      'gates:\n  - { name: a, status: FAIL }\n  - { name: a, status: PASS }',
      yaml(),
      'unusable',
      '3: "a" is there twice',
    ],
    [
      'gates: { a: FAIL }\ngates: { a: PASS }',
      yaml(),
      'unusable',
      '2: found a field that is there already, each field once is wanted',
    ],
    [
      'gates: [{ name: a, status: PASS }]\n---\ngates: []',
      yaml(),
      'unusable',
      '2: found a second document after "---", one document is wanted',
    ],
    ['decision: NO-GO\ngates: { a: PASS }', yaml(), 'fail', '1: its decision is "NO-GO", GO is wanted'],
    ['decision: PENDING\ngates: { a: PASS }', yaml(), 'pending', '1: its decision is PENDING'],
    [
      'gates: { a: PASS }\nsource:\n  sha: 1234567',
      yaml(),
      'unusable',
      `3: source.sha is "1234567", but this is about commit ${commit}`,
    ],
  ];
  for (const [text, expected, outcome, problem] of failing)
    test(`${JSON.stringify(text)} is no pass: ${problem}`, () =>
      assert.deepEqual(judgeExpectedReport(bytes(text), expected, subject), {
        outcome,
        problems: [`gate.yaml:${problem}`],
      }));
});

void suite('reports that a person brings', () => {
  const cases: readonly (readonly [ReportFormat, string, string, readonly string[]])[] = [
    ['keyvalue', 'MIGRATION_STATUS=PASS\nROWS=12', 'pass', []],
    ['keyvalue', 'STATUS=passed\nWORKFLOW_RESULT=pass', 'pass', []],
    ['keyvalue', 'ROWS=12', 'unusable', ['r: it has no key that ends in _STATUS or _RESULT']],
    ['keyvalue', 'A_STATUS=pass\nB_STATUS=', 'fail', ['r:2: B_STATUS is empty, which is no pass']],
    ['keyvalue', 'A_STATUS=ok', 'fail', ['r:1: A_STATUS is "ok", which is neither "pass" nor "passed"']],
    ['keyvalue', 'A_STATUS=pass\nB_STATUS=pending', 'pending', ['r:2: B_STATUS is PENDING, which is no pass']],
    ['yaml', 'gates: { a: PASS, b: PASS }', 'pass', []],
    ['yaml', 'gates: { a: PASS, b: PENDING }', 'pending', ['r:1: b is PENDING, which is no pass']],
  ];
  for (const [format, text, outcome, problems] of cases)
    test(`${JSON.stringify(text)} comes to ${outcome}`, () =>
      assert.deepEqual(judgeReport({ name: 'r', format, bytes: bytes(text) }, subject), { outcome, problems }));
});
