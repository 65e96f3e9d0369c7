import type { Digest } from '../../domain/digest.ts';
import { isDigest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { quote } from '../../domain/quote.ts';
import { reconcile } from '../../engine/reconcile.ts';
import { describeStep } from '../../plan/step.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater reconcile` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const replace = new Map(input.list('replace').map(readReplacement));
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

function readReplacement(text: string): readonly [string, Digest] {
  const [alias = '', digest] = text.split('@');
  if (isDigest(digest)) return [alias, digest];
  throw new CutwaterError('USAGE', `Cannot read --replace ${quote(text)}: ALIAS@sha256:... is wanted`);
}
