import { relative, resolve } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { quote } from '../../domain/quote.ts';
import { rewriteDocument } from '../../report/process-document/rewrite.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { readTextWhereThere, replaceFile } from '../compose-files.ts';
import { openWorkingPolicy } from '../compose-working-copy.ts';
import { writeJson } from '../render/json.ts';
import { escapeText } from '../../domain/quote.ts';

/** `cutwater docs write` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const { policy, topFolder } = await openWorkingPolicy(context);
  const asked = input.text('output');
  const file = asked === undefined ? resolve(topFolder, policy.processDocument) : resolve(context.cwd, asked);
  const shown = asked ?? relative(context.cwd, file);
  const existing = await readTextWhereThere(file);
  const page = rewriteDocument(policy, existing);
  if (page.is === 'refused')
    throw new CutwaterError('INPUT_INVALID', `Cannot write ${quote(shown)}: it ${page.reason}`, {
      hint: 'Name another page as processDocument in cutwater.yaml; or move this one away, run this again, and put what you want to keep between the notes marks of the new page',
    });
  const changed = page.value !== existing;
  if (changed) await replaceFile(file, page.value);
  if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.document/1', file: shown, written: changed });
  else context.stdout.write(changed ? `Wrote ${escapeText(shown)}.\n` : `${escapeText(shown)} is up to date.\n`);
  return exitCodes.done;
}
