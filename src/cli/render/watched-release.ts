import { exitCodes } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import type { WatchedRelease, WatchedRun } from '../../report/watched-release.ts';
import { exitOfWatch, failedJobs } from '../../report/watched-release.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { paint } from './terminal.ts';

/** What became of each artifact, how the run ended, and the next step. */
export function renderWatched(watched: WatchedRelease, terminal: Terminal): readonly string[] {
  const marksOf = {
    passed: ['ok', 'green'],
    failed: ['not done', 'red'],
    warning: ['note', 'yellow'],
    differs: ['differs', 'yellow'],
    unchecked: ['not checked', 'yellow'],
  } as const;
  const rows = watched.artifacts.map(({ name, is, says }) => {
    const [text, style] = marksOf[is];
    return [{ text, style }, name, says];
  });
  const table = renderTable(
    [{ title: 'state' }, { title: 'artifact' }, { title: 'found', shrinks: true }],
    rows,
    terminal,
  );
  return [...table, '', ...verdict(watched).map((line, at) => (at === 0 ? paint(terminal, 'bold', line) : line))];
}

function verdict(watched: WatchedRelease): readonly string[] {
  const { outcome, version, tag, runs } = watched;
  const last = runs.at(-1);
  switch (outcome) {
    case 'ended':
      return endedLines(watched);
    case 'failed':
      return last === undefined ? [] : failedLines(last, version);
    case 'waits':
      return [
        `The run waits for the approval of a person${approvals(last)}.`,
        ...(last === undefined ? [] : [`next: approve or reject it at ${escapeText(last.url)}`]),
        `then: run 'cutwater release ${version} --watch' to go on watching`,
      ];
    case 'unfinished':
      return [
        last === undefined
          ? `No run for ${tag.name} has begun in time.`
          : `The run is not done in time: ${last.state}.`,
        ...(last === undefined
          ? ["next: check on the forge that workflows are on, and with 'cutwater ci check' that release.yml is there"]
          : [`  ${escapeText(last.url)}`]),
        `${last === undefined ? 'then' : 'next'}: run 'cutwater release ${version} --watch' to go on watching`,
      ];
  }
}

function endedLines(watched: WatchedRelease): readonly string[] {
  const { version, runs, artifacts } = watched;
  const failed = runs.filter(({ state }) => state === 'failed' || state === 'cancelled');
  const note = failed.map(
    (run) => `  the run ${escapeText(run.url)} is ${run.state}, and another one has done its work`,
  );
  const exit = exitOfWatch(watched);
  if (exit === exitCodes.done)
    return [
      `${version} is published.`,
      ...note,
      `next: run 'cutwater verify ${version}' to download everything and recheck it`,
    ];
  if (exit === exitCodes.refused) {
    const onlyAliases = artifacts.every(({ is, name }) => is !== 'failed' || name.startsWith('alias '));
    return [
      `The run has ended, and ${version} is not all there.`,
      onlyAliases
        ? "next: run 'cutwater reconcile' where CI's rights are, or start the workflow that does it"
        : 'next: read what the run printed, and start it again: it goes on where it stopped',
    ];
  }
  return [
    'The run has ended, and not everything could be looked at.',
    ...artifacts.flatMap((one) => (one.is === 'unchecked' ? [`next: ${escapeText(one.next, 1000)}`] : [])),
  ];
}

function failedLines(run: WatchedRun, version: string): readonly string[] {
  const jobs = failedJobs(run);
  const names = jobs.map(({ name, url }) => `  ${escapeText(name, 100)}  ${escapeText(url ?? run.url)}`);
  return [
    `The run of ${run.workflow} ${run.state === 'failed' ? 'failed' : `was ${run.state}`}.`,
    ...(names.length === 0 ? [`  ${escapeText(run.url)}`] : names),
    'next: read its log there, mend the cause, and start it again ("Re-run"): it goes on where it stopped',
    `then: run 'cutwater release ${version} --watch'`,
  ];
}

function approvals(run: WatchedRun | undefined): string {
  const names = run?.approvals.slice(0, 5).map((name) => escapeText(name, 100)) ?? [];
  return names.length === 0 ? '' : `: ${names.join(', ')}`;
}
