import { resolve } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import type { CliContext, CommandInput } from '../command.ts';
import type { ActOutcome } from '../rehearsal/act.ts';
import { acts, playAct } from '../rehearsal/acts.ts';
import { chooseActs } from '../rehearsal/choose-acts.ts';
import { setStage } from '../rehearsal/stage.ts';
import { writeJson } from '../render/json.ts';
import { actHeading, actOutcome, closing, commandLine, opening, unseen } from '../render/rehearsal.ts';
import { renderTable } from '../render/table.ts';

/** `cutwater rehearse` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  if (input.flag('list')) return listActs(context);
  const { stdout, terminal, signal, options } = context;
  const chosen = chooseActs(acts, input.text('act'));
  const asked = input.text('keep');
  const keep = asked === undefined ? undefined : resolve(context.cwd, asked);
  const say = (text: string): void => {
    if (!options.json) stdout.write(`${text}\n`);
  };
  const started = performance.now();
  let isShown = false;
  const stage = await setStage({
    keep,
    signal,
    onRun: (who, args) => {
      if (isShown) say(commandLine(who, args, terminal));
    },
  });
  const played: (ActOutcome & { readonly act: string; readonly title: string })[] = [];
  try {
    say(opening(stage, terminal));
    for (const [index, { act, isShown: shown }] of chosen.entries()) {
      if (signal.aborted) throw new CutwaterError('INTERRUPTED', 'Cannot finish the rehearsal: it was stopped');
      isShown = shown;
      say(
        shown
          ? actHeading(act, chosen.length === acts.length ? index + 1 : undefined, terminal)
          : unseen(act, terminal),
      );
      const outcome = await playAct(stage, act);
      if (!shown) continue;
      played.push({ act: act.name, title: act.title, ...outcome });
      say(actOutcome(outcome));
    }
    const seconds = (performance.now() - started) / 1000;
    if (options.json) writeJson(stdout, { schema: 'cutwater.rehearsal/1', acts: played, seconds });
    say(closing({ acts: played.length, seconds, keep }, terminal));
    return exitCodes.done;
  } finally {
    await stage.remove();
  }
}

function listActs({ stdout, terminal, options }: CliContext): ExitCode {
  if (options.json)
    writeJson(stdout, { schema: 'cutwater.acts/1', acts: acts.map(({ name, title }) => ({ act: name, title })) });
  else {
    const rows = acts.map(({ name, title }) => [name, title]);
    stdout.write(`${renderTable([{ title: 'act' }, { title: 'what happens' }], rows, terminal).join('\n')}\n`);
  }
  return exitCodes.done;
}
