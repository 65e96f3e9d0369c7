import { CutwaterError } from '../../domain/error.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { quote } from '../../domain/quote.ts';
import { readVersion } from '../../domain/version.ts';
import { watchRelease } from '../../engine/watch/watch-release.ts';
import { parseDuration } from '../../policy/duration.ts';
import type { WorkflowPolicy } from '../../policy/ci-schema.ts';
import { exitOfWatch } from '../../report/watched-release.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { openWorkflowRuns, watchClock } from '../compose-runs.ts';
import { makeJobBoard } from '../render/job-board.ts';
import { writeJson } from '../render/json.ts';
import { progressMode } from '../render/progress.ts';
import { renderWatched } from '../render/watched-release.ts';

/** `cutwater release VERSION --watch` */
export async function watch(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const timeout = input.text('timeout');
  const limit = timeout === undefined ? undefined : readTimeout(timeout);
  const least = (input.number('interval') ?? 3) * 1000;
  const { options, stderr: sink, narration: terminal } = context;
  const mode = options.json ? 'silent' : progressMode(terminal, options);
  const project = await openProject(context, { fetch: 'must', access: 'read' });
  const board = makeJobBoard({ sink, terminal, mode });
  try {
    const { forge, ci } = project.loaded.policy;
    const runs = await openWorkflowRuns(context, forge, (text) => board.note('warning', text));
    try {
      const clock = watchClock(context);
      const deadline = clock.now() + (limit ?? defaultLimit(ci)) * 1000;
      const parts = { runs, clock, deadline, least, show: board.show, note: board.note };
      const watched = await watchRelease(project.world, project.loaded, { version, parts });
      board.close();
      await project.close();
      if (options.json) writeJson(context.stdout, { ...watched });
      else context.stdout.write(`${renderWatched(watched, context.terminal).join('\n')}\n`);
      return exitOfWatch(watched);
    } finally {
      runs.close();
    }
  } finally {
    await project.close();
  }
}

/** Seconds: what the job may take, and as long for its beginning and for the one that moves the aliases. */
function defaultLimit({ timeout }: WorkflowPolicy): number {
  return timeout + 3600;
}

function readTimeout(text: string): number {
  const parsed = parseDuration(text);
  if (parsed.is === 'ok') return parsed.value;
  throw new CutwaterError('USAGE', `Cannot read --timeout ${quote(text)}: it ${parsed.reason}`, {
    hint: 'Write it as "90m" or "2h30m"',
  });
}
