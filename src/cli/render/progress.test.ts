import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineEvent } from '../../engine/event.ts';
import type { Step } from '../../plan/step.ts';
import type { ProgressOptions } from './progress.ts';
import { makeProgress, progressMode } from './progress.ts';

const step: Step = { kind: 'publish', tag: 'v1.0.0' };
const terminal = { isTty: true, columns: 30, color: false };

test('makeProgress() in plain mode gives one line per event and no control characters', () => {
  const said = narrate({ mode: 'plain' }, [
    { type: 'stage', name: 'gates' },
    { type: 'gate', name: 'smoke', outcome: 'passed' },
    { type: 'progress', what: 'upload', done: 1, total: 2 },
    { type: 'step-started', step },
    { type: 'step-done', step },
    { type: 'step-kept', step },
    { type: 'note', level: 'warning', text: 'careful' },
  ]);
  assert.equal(
    said,
    '… gates\n✓ gate smoke passed\n… publish release v1.0.0\n✓ publish release v1.0.0\n= publish release v1.0.0 (already so)\n! careful\n',
  );
});

test('makeProgress() in line mode rewrites one line that never wraps', () => {
  const said = narrate({ mode: 'line' }, [
    { type: 'stage', name: 'building an image with a very long name' },
    { type: 'progress', what: 'upload', done: 1, total: 2 },
    { type: 'step-done', step },
  ]);
  assert.equal(said, '… building an image with a v…\r\u001b[2K… upload 50 %\r\u001b[2K✓ publish release v1.0.0\n');
});

test('makeProgress() in line mode brings the current line back after a note', () => {
  const said = narrate({ mode: 'line' }, [
    { type: 'stage', name: 'work' },
    { type: 'note', level: 'info', text: 'aside' },
  ]);
  assert.equal(said, '… work\r\u001b[2K  aside\n… work');
});

test('makeProgress() shows the output of programs only with verbose, each line named', () => {
  const events: readonly EngineEvent[] = [{ type: 'output', from: 'smoke', text: 'one\ntwo\n' }];
  assert.equal(narrate({ mode: 'plain' }, events), '');
  assert.equal(narrate({ mode: 'plain', verbose: true }, events), '  smoke | one\n  smoke | two\n');
});

test('makeProgress() escapes text from outside', () => {
  const said = narrate({ mode: 'plain', verbose: true }, [
    { type: 'output', from: 'x', text: '\u001b[31mred' },
    { type: 'note', level: 'info', text: 'a\u202eb\rc' },
  ]);
  assert.ok(!/[\u001b\u202e\r]/.test(said));
});

test('makeProgress() says nothing in silent mode', () => {
  assert.equal(narrate({ mode: 'silent' }, [{ type: 'stage', name: 'x' }]), '');
});

test('progressMode() rewrites a line only on a terminal, and only where nobody asked for lines', () => {
  const asked = { quiet: false, plain: false, verbose: false };
  assert.equal(progressMode(terminal, asked), 'line');
  assert.equal(progressMode({ ...terminal, isTty: false }, asked), 'plain');
  assert.equal(progressMode(terminal, { ...asked, plain: true }), 'plain');
  assert.equal(progressMode(terminal, { ...asked, verbose: true }), 'plain');
  assert.equal(progressMode(terminal, { quiet: true, plain: true, verbose: true }), 'silent');
});

function narrate(options: Partial<ProgressOptions>, events: readonly EngineEvent[]): string {
  const said: string[] = [];
  const sink = { write: (text: string): void => void said.push(text) };
  const progress = makeProgress({ sink, terminal, mode: 'plain', verbose: false, ...options });
  for (const event of events) progress.report(event);
  return said.join('');
}
