import { assertNever } from '../../domain/error.ts';
import { escapeText } from '../../domain/quote.ts';
import type { EngineEvent, Report } from '../../engine/event.ts';
import { describeStep } from '../../plan/step.ts';
import type { Terminal, TextSink } from './terminal.ts';
import { paint } from './terminal.ts';
import { fitText } from './text-width.ts';

export interface ProgressOptions {
  readonly sink: TextSink;
  readonly terminal: Terminal;
  /** `line`: one line that is rewritten (terminals only). `plain`: one line per event. `silent`: nothing. */
  readonly mode: 'line' | 'plain' | 'silent';
  /** Show the output of programs too. */
  readonly verbose: boolean;
}

export interface Progress {
  readonly report: Report;
  /** Removes the line that is being rewritten. */
  close(): void;
}

/** Chooses how to narrate: a rewritten line on a terminal, plain lines in CI or with --plain, nothing with --quiet. */
export function progressMode(
  terminal: Terminal,
  asked: { readonly quiet: boolean; readonly plain: boolean; readonly verbose: boolean },
): ProgressOptions['mode'] {
  if (asked.quiet) return 'silent';
  return terminal.isTty && !asked.plain && !asked.verbose ? 'line' : 'plain';
}

/** Narrates what the engine does. In `line` mode what is finished stays above the one line that is rewritten. */
export function makeProgress({ sink, terminal, mode, verbose }: ProgressOptions): Progress {
  let current = '';
  const clear = (): void => {
    if (current !== '') sink.write('\r\u001b[2K');
    current = '';
  };
  const show = (text: string): void => {
    clear();
    // One cell stays free: a full line would wrap and could not be rewritten.
    current = fitText(text, terminal.columns - 1);
    sink.write(paint(terminal, 'dim', current));
  };
  const report = (event: EngineEvent): void => {
    if (mode === 'silent') return;
    const narration = narrate(event, terminal);
    if (narration.kind === 'now') {
      if (mode === 'line') show(narration.text);
      else if (event.type !== 'progress') sink.write(`${narration.text}\n`);
      return;
    }
    if (event.type === 'output' && !verbose) return;
    // What is said beside the work does not end it: its line comes back.
    const resumed = event.type === 'note' || event.type === 'output' ? current : '';
    clear();
    sink.write(`${narration.text}\n`);
    if (resumed !== '') show(resumed);
  };
  return { report, close: clear };
}

/** `now` describes what is being done and is replaced by what comes next; `past` stays. */
type Narration = { readonly kind: 'now' | 'past'; readonly text: string };

function narrate(event: EngineEvent, terminal: Terminal): Narration {
  switch (event.type) {
    case 'stage':
      return now(event.detail === undefined ? event.name : `${event.name}: ${event.detail}`);
    case 'step-started':
      return now(describeStep(event.step));
    case 'progress':
      return now(`${event.what} ${amount(event.done, event.total)}`);
    case 'gate':
      return narrateGate(event, terminal);
    case 'step-kept':
      return past(paint(terminal, 'dim', '='), `${describeStep(event.step)} (already so)`);
    case 'step-done':
      return past(tick(terminal), describeStep(event.step));
    case 'note':
      return past(event.level === 'warning' ? paint(terminal, 'yellow', '!') : ' ', event.text);
    case 'output':
      return { kind: 'past', text: outputLines(event.from, event.text) };
    default:
      return assertNever(event);
  }
}

function narrateGate({ name, outcome }: Extract<EngineEvent, { type: 'gate' }>, terminal: Terminal): Narration {
  switch (outcome) {
    case 'started':
      return now(`gate ${name}`);
    case 'passed':
      return past(tick(terminal), `gate ${name} passed`);
    case 'failed':
      return past(cross(terminal), `gate ${name} failed`);
    case 'passed-before':
      return past(paint(terminal, 'dim', '='), `gate ${name} (passed for the same bytes before)`);
    case 'not-required':
      return past(paint(terminal, 'dim', '-'), `gate ${name} (not required: no critical path changed)`);
    default:
      return assertNever(outcome);
  }
}

function now(text: string): Narration {
  return { kind: 'now', text: `… ${escapeText(text)}` };
}

function past(mark: string, text: string): Narration {
  return { kind: 'past', text: `${mark} ${escapeText(text, 2000)}` };
}

function outputLines(from: string, text: string): string {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  return lines.map((line) => `  ${escapeText(from)} | ${escapeText(line, 2000)}`).join('\n');
}

function amount(done: number, total: number | undefined): string {
  return total === undefined || total <= 0 ? String(done) : `${Math.floor((Math.min(done, total) / total) * 100)} %`;
}

function tick(terminal: Terminal): string {
  return paint(terminal, 'green', '✓');
}

function cross(terminal: Terminal): string {
  return paint(terminal, 'red', '✗');
}
