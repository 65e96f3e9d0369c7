import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { quote } from '../../domain/quote.ts';
import type { VersionRange } from '../../domain/version-range.ts';
import { parseVersionRange } from '../../domain/version-range.ts';
import { importProject } from '../../engine/adoption/import-project.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import type { OpenedReleaseList } from '../compose-releases.ts';
import { openReleaseList } from '../compose-releases.ts';
import { openKeyReader } from '../compose-keys.ts';
import { writeDecision } from '../render/decision.ts';
import { importJson, renderImport } from '../render/import.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater import` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const choices = {
    cancel: input.list('cancel').map((text) => readRange(text, 'cancel')),
    vouch: input.list('vouch').map((text) => readRange(text, 'vouch')),
    only: input.list('only').map((text) => readRange(text, 'only')),
  };
  const push = input.flag('push');
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  let releases: OpenedReleaseList | undefined;
  try {
    const { world, loaded } = project;
    const request = { choices, confirmed: input.flag('yes'), push };
    releases = await openReleaseList(context, loaded.policy.forge, (text) =>
      world.report({ type: 'note', level: 'warning', text }),
    );
    const { history, written } = await importProject(world, loaded, { request, reader: openKeyReader(), releases });
    await project.close();
    if (written !== undefined) {
      writeDecision(context, { ...written, pushed: push });
      return exitCodes.done;
    }
    const shown = { history, choices: input, now: world.now };
    if (context.options.json) writeJson(context.stdout, importJson(history));
    else context.stdout.write(`${renderImport(shown, context.terminal).join('\n')}\n`);
    return history.entries.length === 0 ? exitCodes.done : exitCodes.waiting;
  } finally {
    releases?.close();
    await project.close();
  }
}

function readRange(text: string, option: string): VersionRange {
  const parsed = parseVersionRange(text);
  if (parsed.is === 'ok') return parsed.value;
  throw new CutwaterError('USAGE', `Cannot read --${option} ${quote(text)}: it ${parsed.reason}`, {
    hint: 'Name a version (1.2.3), a line (1.2) or both ends (1.2.0..1.4.9, ..1.4.9, 1.2.0..)',
  });
}
