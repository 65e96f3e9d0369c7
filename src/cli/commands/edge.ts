import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { EdgeResult } from '../../engine/edge/edge.ts';
import { everyChannel } from '../../engine/edge/gather-edge.ts';
import { publishEdge } from '../../engine/edge/edge.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openReleaseProject } from '../compose-release.ts';
import { readReplacement } from '../replacement.ts';
import { channelJson, renderChannels } from '../render/channels.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater edge` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const replace = new Map(input.list('replace').map((text) => readReplacement(text, 'CHANNEL')));
  const revision = input.text('commit');
  const project = await openReleaseProject(context);
  try {
    const { world, loaded } = project;
    const request = { replace, ...(revision === undefined ? {} : { revision }) };
    const result = await publishEdge(world, loaded, request);
    await project.close();
    const image = `${formatImageName(world.repository.name)}@${result.build.digest}`;
    if (context.options.json) writeJson(context.stdout, edgeJson(result, image));
    else {
      const { estate, companions } = result;
      const every = { branch: estate.branch, channels: everyChannel(estate, companions) };
      const table = renderChannels({ estate: every, now: world.now }, context.terminal);
      const others = companions.map(({ name, build }) => headline({ build }, `${name}@${build.digest}`));
      context.stdout.write(`${[headline(result, image), ...others, '', ...table].join('\n')}\n`);
    }
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function headline({ build }: Pick<EdgeResult, 'build'>, image: string): string {
  const name = build.tag ?? `commit ${build.commit.slice(0, 12)}`;
  return `${name} is ${build.built ? 'published' : 'published already'}: ${image}`;
}

function edgeJson(
  { build, estate, companions, done, rounds }: EdgeResult,
  image: string,
): Readonly<Record<string, unknown>> {
  const { branch, head } = estate;
  const { commit, built, tag } = build;
  return {
    schema: 'cutwater.edge/1',
    commit,
    image,
    tag,
    built,
    branch,
    head,
    ...(companions.length === 0
      ? {}
      : {
          companions: companions.map((one) => ({
            image: `${one.name}@${one.build.digest}`,
            tag: one.build.tag,
            built: one.build.built,
          })),
        }),
    channels: everyChannel(estate, companions).map(channelJson),
    done,
    rounds,
  };
}
