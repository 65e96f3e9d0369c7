import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { isImageTag } from '../../domain/image-name.ts';
import { quote } from '../../domain/quote.ts';
import { readAliasHistory } from '../../engine/pointers/alias-history.ts';
import { lookAtChannel } from '../../engine/edge/gather-edge.ts';
import { aliasNamed } from '../../estate/alias.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { channelNowJson, channelNowText, historyJson, renderHistory } from '../render/history.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater history ALIAS` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const name = input.argument('ALIAS');
  const project = await openProject(context, { fetch: 'try', access: 'read' });
  try {
    const { world, loaded } = project;
    const alias = aliasNamed(name, loaded.policy.channels);
    if (alias !== undefined) {
      const history = await readAliasHistory(world, loaded, alias);
      await project.close();
      if (context.options.json) writeJson(context.stdout, historyJson(history, world.now));
      else context.stdout.write(`${renderHistory(history, world.now, context.terminal).join('\n')}\n`);
      return exitCodes.done;
    }
    const { kind } = readRegistryTag(name);
    if (!isImageTag(name) || (kind !== 'edge' && kind !== 'nightly')) throw notAChannel(name);
    const channel = await lookAtChannel(world, loaded, name);
    await project.close();
    if (context.options.json) writeJson(context.stdout, channelNowJson(channel));
    else context.stdout.write(`${channelNowText(channel, loaded.policy.git.branch)}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function notAChannel(name: string): CutwaterError {
  return new CutwaterError(
    'USAGE',
    `Cannot show the history of ${quote(name)}: latest, X, X.Y, edge or nightly-YYYY-MM-DD is wanted, as the policy publishes them`,
  );
}
