import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { quote } from '../../domain/quote.ts';
import { parseReason } from '../../domain/release-message.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import { isDate } from '../../documents/calendar-date.ts';
import { readNotesOptions } from '../../documents/notes-options.ts';
import type { PrepareRequest } from '../../engine/documents/prepare-outlook.ts';
import { readPrepareOutlook } from '../../engine/documents/prepare-outlook.ts';
import { prepare } from '../../engine/documents/prepare.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openPrepareProject } from '../compose-prepare.ts';
import { writeJson } from '../render/json.ts';
import { outlookJson, renderOutlook, renderPrepared } from '../render/preparation.ts';

/** `cutwater prepare VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const request = readRequest(input);
  const project = await openPrepareProject(context, { fetch: request.push ? 'must' : 'try' });
  const { world, loaded } = project;
  const { stdout, terminal, options } = context;
  try {
    if (input.flag('check')) {
      const outlook = await readPrepareOutlook(world, loaded, request);
      await project.close();
      if (options.json) writeJson(stdout, { ...outlookJson(request.version, outlook), state: 'checked' });
      else stdout.write(`${renderOutlook(request.version, outlook, terminal).join('\n')}\n`);
      return outlook.problems.length === 0 ? exitCodes.done : exitCodes.refused;
    }
    const prepared = await prepare(world, loaded, request);
    await project.close();
    const { outlook, commit, is: state, remote } = prepared;
    if (options.json) writeJson(stdout, { ...outlookJson(request.version, outlook), state, commit, remote });
    else stdout.write(`${renderPrepared(request.version, prepared).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function readRequest(input: CommandInput): PrepareRequest {
  const version = readVersion(input.argument('VERSION'));
  const refuse = (reason: string): CutwaterError =>
    new CutwaterError('USAGE', `Cannot prepare ${formatVersion(version)}: ${reason}`, {
      hint: "Run 'cutwater prepare --help'",
    });
  const date = input.text('date');
  if (date !== undefined && !isDate(date)) throw refuse(`--date is ${quote(date)}, YYYY-MM-DD is wanted`);
  const wayBack = input.text('way-back');
  const notes = readNotesOptions({
    breaking: input.list('breaking'),
    environment: input.list('env'),
    migrations: input.list('migrations'),
    wayBack: wayBack === 'binary' || wayBack === 'restore' ? wayBack : undefined,
  });
  if (notes.is === 'refused') throw refuse(`what is said for the upgrading notes ${notes.reason}`);
  const given = input.text('bump-reason');
  const reason = given === undefined ? undefined : parseReason(given);
  if (reason?.is === 'refused') throw refuse(`the reason ${reason.reason}`);
  return { version, date, notes: notes.value, bumpReason: reason?.value, push: input.flag('push') };
}
