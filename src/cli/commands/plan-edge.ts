import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import { everyChannel } from '../../engine/edge/gather-edge.ts';
import { planEdge } from '../../engine/edge/plan-edge.ts';
import type { EdgePlan } from '../../engine/edge/plan-edge.ts';
import type { CliContext } from '../command.ts';
import { openProject } from '../compose.ts';
import { channelJson, renderChannels } from '../render/channels.ts';
import { writeJson } from '../render/json.ts';
import { renderSteps } from '../render/steps.ts';
import type { Terminal } from '../render/terminal.ts';
import { paint } from '../render/terminal.ts';

/** `cutwater plan --edge` */
export async function showEdgePlan(revision: string | undefined, context: CliContext): Promise<ExitCode> {
  const project = await openProject(context, { fetch: 'try', access: 'read' });
  try {
    const { world, loaded } = project;
    const plan = await planEdge(world, loaded, revision);
    await project.close();
    const { estate, companions, ...rest } = plan;
    const { branch, head } = estate;
    const channels = everyChannel(estate, companions);
    if (context.options.json) writeJson(context.stdout, { ...rest, branch, head, channels: channels.map(channelJson) });
    else context.stdout.write(`${renderPlan(plan, world.now, context.terminal).join('\n')}\n`);
    return plan.refused.length === 0 ? exitCodes.done : exitCodes.refused;
  } finally {
    await project.close();
  }
}

function renderPlan(plan: EdgePlan, now: number, terminal: Terminal): readonly string[] {
  const { estate, companions } = plan;
  const every = { branch: estate.branch, channels: everyChannel(estate, companions) };
  const channels = renderChannels({ estate: every, now }, terminal);
  return [
    paint(terminal, 'bold', `Plan of edge, commit ${plan.commit.slice(0, 12)} of ${escapeText(estate.branch)}`),
    ...renderSteps(plan.steps, terminal),
    ...plan.notes.map((note) => `  ${escapeText(note, 500)}`),
    ...(channels.length === 0 ? [] : ['', ...channels]),
  ];
}
