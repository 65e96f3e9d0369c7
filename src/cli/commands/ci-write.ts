import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { CliContext, CommandInput } from '../command.ts';
import type { WorkflowChange } from '../compose-workflows.ts';
import { missingInclude, pinTool, openWorkflows, publishersBeside, writeWorkflows } from '../compose-workflows.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater ci write` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const opened = await openWorkflows(context, 'write');
  const changes = await writeWorkflows(opened, { force: input.flag('force') });
  const pin = await pinTool(opened, context.version);
  const all = [...changes, ...(pin.written === undefined ? [] : [[pin.written, 'written'] as const])];
  const { system } = opened.workflows;
  const beside = await publishersBeside(opened);
  const include = await missingInclude(opened);
  const notes = [
    ...opened.workflows.notes,
    ...(include === undefined ? [] : [include]),
    ...beside.map(
      (path) => `${quote(path)} publishes too when a tag is pushed: take that away with the first release by Cutwater`,
    ),
  ];
  if (context.options.json) {
    const files = all.map(([path, change]) => ({ path, change }));
    writeJson(context.stdout, { schema: 'cutwater.workflows/1', system, files, notes, pin: pin.next ?? null });
    return exitCodes.done;
  }
  const lines = [
    ...all.map(([path, change]) => `${said[change]} ${escapeText(path)}`),
    ...notes.map((note) => `note: ${note}`),
    ...(pin.next === undefined ? [] : [`next: the workflows run the Cutwater of a lock file; make it: ${pin.next}`]),
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}

const said: Readonly<Record<WorkflowChange, string>> = {
  written: 'wrote     ',
  removed: 'removed   ',
  kept: 'up to date',
};
