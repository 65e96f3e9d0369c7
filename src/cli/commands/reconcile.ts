import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { reconcile } from '../../engine/reconcile.ts';
import { describeStep } from '../../plan/step.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { readReplacement } from '../replacement.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater reconcile` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const replace = new Map(input.list('replace').map((text) => readReplacement(text, 'ALIAS')));
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  try {
    const { estate, done, rounds } = await reconcile(project.world, project.loaded, { replace });
    await project.close();
    if (context.options.json) {
      writeJson(context.stdout, {
        schema: 'cutwater.reconcile/1',
        done,
        rounds,
        aliases: estate.aliases.map(aliasJson),
      });
      return exitCodes.done;
    }
    const said = done.length === 0 ? ['Nothing to do: every pointer is as the decisions say.'] : done.map(describeStep);
    context.stdout.write(`${[...said, '', ...renderAliases(estate.aliases, context.terminal)].join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}
