import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CutwaterError } from '../domain/error.ts';
import type { ErrorSituation } from './explain-error.ts';
import { explainError } from './explain-error.ts';

const plain: ErrorSituation = {
  terminal: { isTty: false, columns: 80, color: false },
  json: false,
  version: '9.9.9',
  env: {},
  wasStopped: false,
};

test('explainError() shows message, details and the next step, and takes the exit code of the catalogue', () => {
  const error = new CutwaterError('TAG_REJECTED', 'Cannot release v1.0.0: it is lightweight', {
    details: ['one', 'two'],
    hint: 'Sign it',
  });
  assert.deepEqual(explainError(error, plain), {
    exit: 3,
    stdout: '',
    stderr: 'error: Cannot release v1.0.0: it is lightweight\n  one\n  two\nnext: Sign it\n',
  });
});

test('explainError() with --json writes one document to stdout and nothing to stderr', () => {
  const explanation = explainError(new CutwaterError('USAGE', 'Cannot x: y'), { ...plain, json: true });
  assert.equal(explanation.stderr, '');
  assert.deepEqual(JSON.parse(explanation.stdout), {
    schema: 'cutwater.error/1',
    code: 'USAGE',
    message: 'Cannot x: y',
    details: [],
    hint: "Run 'cutwater --help'",
  });
});

test('explainError() lets no escape sequence of a message through', () => {
  const error = new CutwaterError('TOOL_FAILED', 'Cannot x: \u001b[2J', { details: ['\u202etxt.exe\nsecond'] });
  const { stderr } = explainError(error, plain);
  assert.ok(!/[\u001b\u202e]/.test(stderr));
  assert.match(stderr, /\n {2}second\n/);
});

test('explainError() calls an unknown error our bug, with version and a redacted stack', () => {
  const error = new TypeError('x is not a function at https://ada:hunter22@example.org');
  const { exit, stderr } = explainError(error, {
    ...plain,
    env: { HOME: import.meta.dirname, DEPLOY_TOKEN: 'hunter22' },
  });
  assert.equal(exit, 70);
  assert.match(stderr, /bug in Cutwater 9\.9\.9 \(Node \d+/);
  assert.match(stderr, /at .*~\/explain-error\.test\.ts/);
  assert.ok(!stderr.includes('hunter22'));
});

test('explainError() takes even a thrown non-error as our bug', () => {
  assert.match(explainError('text', plain).stderr, /text/);
  assert.equal(JSON.parse(explainError(undefined, { ...plain, json: true }).stdout).code, 'BUG');
});

test('explainError() says that a stopped run can be run again, whatever the stop broke', () => {
  const abort = new DOMException('This operation was aborted', 'AbortError');
  for (const error of [abort, new CutwaterError('TOOL_FAILED', 'Cannot x: it was killed')]) {
    const { exit, stderr } = explainError(error, { ...plain, wasStopped: true });
    assert.equal(exit, 5);
    assert.match(stderr, /next: Run the same command again/);
  }
});

test('explainError() keeps a verdict that a stopped run had already reached', () => {
  const verdict = new CutwaterError('DIGEST_CONFLICT', 'Cannot x: y');
  assert.equal(explainError(verdict, { ...plain, wasStopped: true }).exit, 3);
});
