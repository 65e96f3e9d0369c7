import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { reconcileAndAnnounce } from '../../engine/pointers/reconcile-and-announce.ts';
import { everyAlias } from '../../engine/facts/gather-estate.ts';
import { describeStep } from '../../plan/step.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { announcers, attestorIfHere } from '../compose-announce.ts';
import { openProject } from '../compose.ts';
import { readReplacement } from '../replacement.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { announcedLine } from '../render/announced.ts';
import { dueJson, dueLines } from '../render/decision.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater reconcile` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const replace = new Map(input.list('replace').map((text) => readReplacement(text, 'ALIAS')));
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  try {
    const openAnnouncer = announcers(context, await project.world.git.topFolder(), project.world.now);
    const world = { ...project.world, openAnnouncer, ciKey: () => attestorIfHere(context, project.loaded.policy) };
    const { estate, done, rounds, announcements } = await reconcileAndAnnounce(world, project.loaded, { replace });
    await project.close();
    if (context.options.json) {
      writeJson(context.stdout, {
        schema: 'cutwater.reconcile/1',
        done,
        rounds,
        announced: announcements.told,
        due: announcements.left.map(dueJson),
        aliases: everyAlias(estate).map(aliasJson),
      });
      return exitCodes.done;
    }
    const said = done.length === 0 ? ['Nothing to do: every pointer is as the decisions say.'] : done.map(describeStep);
    const news = [...announcements.told.map(announcedLine), ...dueLines(announcements.left)];
    const lines = [...said, '', ...renderAliases(everyAlias(estate), context.terminal), ...news];
    context.stdout.write(`${lines.join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}
