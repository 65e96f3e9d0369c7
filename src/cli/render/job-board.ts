import { escapeText } from '../../domain/quote.ts';
import type { RunState, WorkflowRun } from '../../ports/workflow-runs.ts';
import type { ProgressOptions } from './progress.ts';
import type { Style, Terminal } from './terminal.ts';
import { paint } from './terminal.ts';
import { fitText } from './text-width.ts';

/** Shows the jobs of a run while they run. */
export interface JobBoard {
  show(run: WorkflowRun): void;
  note(level: 'info' | 'warning', text: string): void;
  /** Leaves what is shown where it is; what is shown next stands below. */
  close(): void;
}

/** More lines than a terminal has could not be rewritten. */
const linesShown = 12;

/**
 * On a terminal one line per job, rewritten at each look; otherwise a line whenever the state of a job changes, and none
 * when nothing does. All names are the server's: they are escaped and cut.
 */
export function makeJobBoard({ sink, terminal, mode }: Omit<ProgressOptions, 'verbose'>): JobBoard {
  if (mode === 'silent') return { show: () => undefined, note: () => undefined, close: () => undefined };
  const said = new Map<string, string>();
  let painted: readonly string[] = [];
  let paintedRun: number | undefined;
  // In one piece: a board that is erased first and painted later would flicker.
  const repaint = (lines: readonly string[], above = ''): void => {
    const erase = painted.length > 0 ? `\u001b[${painted.length}A\u001b[J` : '';
    painted = lines;
    sink.write(`${erase}${above}${lines.map((line) => `${line}\n`).join('')}`);
  };
  return {
    show: (run) => {
      if (mode === 'line') {
        // Another run stands below the one before, which has ended.
        if (paintedRun !== run.id) painted = [];
        paintedRun = run.id;
        return repaint(boardOf(run, terminal));
      }
      for (const [key, line] of plainLines(run, terminal)) if (said.get(key) !== line) sink.write(`${line}\n`);
      for (const [key, line] of plainLines(run, terminal)) said.set(key, line);
    },
    note: (level, text) => {
      const mark = level === 'warning' ? paint(terminal, 'yellow', '!') : ' ';
      repaint(painted, `${mark} ${escapeText(text, 2000)}\n`);
    },
    close: () => {
      painted = [];
    },
  };
}

const marks: Readonly<Record<RunState, readonly [string, Style]>> = {
  queued: ['·', 'dim'],
  running: ['…', 'cyan'],
  waiting: ['?', 'yellow'],
  succeeded: ['✓', 'green'],
  failed: ['✗', 'red'],
  cancelled: ['✗', 'red'],
  skipped: ['-', 'dim'],
};

function boardOf(run: WorkflowRun, terminal: Terminal): readonly string[] {
  const rows = run.jobs.slice(0, linesShown).map((job) => {
    const [mark, style] = marks[job.state];
    const text = `${escapeText(job.name, 100)}  ${job.state}${job.step === undefined ? '' : `: ${escapeText(job.step, 200)}`}`;
    return `${paint(terminal, style, mark)} ${fitText(text, terminal.columns - 3)}`;
  });
  const more = run.jobs.length - rows.length;
  return [
    paint(terminal, 'dim', fitText(`${run.state}  ${escapeText(run.url)}`, terminal.columns - 1)),
    ...rows,
    ...(more > 0 ? [`  and ${more} more jobs`] : []),
  ];
}

/** What is said of the run and of each job, by what it is said of. */
function plainLines(run: WorkflowRun, terminal: Terminal): ReadonlyMap<string, string> {
  const lines = new Map([[`run ${run.id}`, `  run ${escapeText(run.url)} ${run.state}`]]);
  for (const [at, { name, state }] of run.jobs.entries()) {
    const [mark, style] = marks[state];
    lines.set(`job ${run.id} ${at} ${name}`, `${paint(terminal, style, mark)} ${escapeText(name, 100)} ${state}`);
  }
  return lines;
}
