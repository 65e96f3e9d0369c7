import { stdin } from 'node:process';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { makeAccountLine } from '../compose-server.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater registry password` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  if (stdin.isTTY)
    throw new CutwaterError('USAGE', 'Cannot read a password from a terminal: everybody behind you would see it', {
      hint: `Give it on standard input: read -rs P && printf %s "$P" | cutwater registry password USER`,
    });
  const line = await makeAccountLine(input.argument('USER'), stdin);
  if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.registry-password/1', line });
  else context.stdout.write(`${line}\n`);
  return exitCodes.done;
}
