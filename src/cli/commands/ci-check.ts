import type { WorkflowState } from '../../ci/judge-workflows.ts';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { describeWorkflow } from '../../ci/judge-workflows.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openWorkflows } from '../compose-workflows.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater ci check` */
export async function run(_: CommandInput, context: CliContext): Promise<ExitCode> {
  const { states, workflows } = await openWorkflows(context, 'check');
  const faults = states.filter(({ is }) => is !== 'same');
  if (context.options.json) {
    writeJson(context.stdout, { schema: 'cutwater.workflow-check/1', system: workflows.system, files: states });
    return faults.length === 0 ? exitCodes.done : exitCodes.refused;
  }
  if (faults.length > 0)
    throw new CutwaterError(
      'WORKFLOW_OUTDATED',
      `Cannot accept the workflow files: ${faults.length} of ${states.length} ${faults.length === 1 ? 'is' : 'are'} not what cutwater.yaml says`,
      { details: faults.flatMap(describeWorkflow), ...hintFor(faults) },
    );
  context.stdout.write(
    `${states.length === 1 ? 'The workflow file says' : 'The workflow files say'} what cutwater.yaml says.\n`,
  );
  return exitCodes.done;
}

function hintFor(faults: readonly WorkflowState[]): { readonly hint?: string } {
  return faults.some(({ is }) => is === 'foreign')
    ? { hint: "Run 'cutwater ci write --force' to replace what a person wrote, and commit the files" }
    : {};
}
