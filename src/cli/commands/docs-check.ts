import { resolve } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { quote } from '../../domain/quote.ts';
import type { DocumentState } from '../../report/process-document/rewrite.ts';
import { judgeDocument } from '../../report/process-document/rewrite.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { readTextWhereThere } from '../compose-files.ts';
import { openWorkingPolicy } from '../compose-working-copy.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater docs check` */
export async function run(_: CommandInput, context: CliContext): Promise<ExitCode> {
  const { policy, topFolder } = await openWorkingPolicy(context);
  const file = policy.processDocument;
  const state = judgeDocument(policy, await readTextWhereThere(resolve(topFolder, file)));
  if (context.options.json) {
    writeJson(context.stdout, { schema: 'cutwater.document-check/1', file, ...state });
    return state.is === 'same' ? exitCodes.done : exitCodes.refused;
  }
  if (state.is !== 'same')
    throw new CutwaterError('DOCUMENT_OUTDATED', `Cannot accept ${quote(file)}: ${describe(state)}`, {
      details: detailsOf(state),
      ...(state.is === 'foreign'
        ? {
            hint: "Name another page as processDocument in cutwater.yaml, or move this one away; then 'cutwater docs write'",
          }
        : {}),
    });
  context.stdout.write(`${file} says what cutwater.yaml says.\n`);
  return exitCodes.done;
}

type Fault = Exclude<DocumentState, { is: 'same' }>;

function describe(state: Fault): string {
  switch (state.is) {
    case 'missing':
      return 'it is not there';
    case 'foreign':
      return `it ${state.reason}`;
    case 'differs':
      return `line ${state.line} is not what cutwater.yaml says`;
  }
}

function detailsOf(state: Fault): readonly string[] {
  if (state.is !== 'differs') return [];
  const shown = (text: string | undefined): string => (text === undefined ? 'no such line' : quote(text));
  return [`found  ${shown(state.found)}`, `wanted ${shown(state.wanted)}`];
}
