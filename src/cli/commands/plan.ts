import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import { readVersion } from '../../domain/version.ts';
import type { ReleasePlan } from '../../engine/overview/plan-release.ts';
import { planReconcile, planRelease } from '../../engine/overview/plan-release.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { evidenceStateJson, renderEvidenceStates, renderGateStates } from '../render/evidence.ts';
import { renderHotfix } from '../render/hotfix.ts';
import { writeJson } from '../render/json.ts';
import { renderSteps } from '../render/steps.ts';
import type { Terminal } from '../render/terminal.ts';
import { showEdgePlan } from './plan-edge.ts';
import { paint } from '../render/terminal.ts';

/** `cutwater plan [VERSION]` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const asked = input.optionalArgument('VERSION');
  const revision = input.text('commit');
  if (asked !== undefined && input.flag('edge'))
    throw new CutwaterError('USAGE', 'Cannot plan edge and a version at once: one of the two is wanted');
  if (input.flag('edge')) return showEdgePlan(revision, context);
  if (revision !== undefined)
    throw new CutwaterError('USAGE', 'Cannot plan a commit: --commit is for the plan of edge, add --edge');
  const version = asked === undefined ? undefined : readVersion(asked);
  const project = await openProject(context, { fetch: 'try', access: 'read' });
  try {
    const { world, loaded } = project;
    const plan = version === undefined ? await planReconcile(world, loaded) : await planRelease(world, loaded, version);
    await project.close();
    if (context.options.json) writeJson(context.stdout, planJson(plan, world.now));
    else context.stdout.write(`${renderPlan(plan, world.now, context.terminal).join('\n')}\n`);
    return plan.problems.length === 0 ? exitCodes.done : exitCodes.refused;
  } finally {
    await project.close();
  }
}

function planJson(plan: ReleasePlan, now: number): Readonly<Record<string, unknown>> {
  const { checks } = plan;
  const evidence = checks?.evidence.map((state) => evidenceStateJson(state, now));
  return { ...plan, aliases: plan.aliases.map(aliasJson), checks: checks && { gates: checks.gates, evidence } };
}

function renderPlan(plan: ReleasePlan, now: number, terminal: Terminal): readonly string[] {
  const title =
    plan.version === undefined
      ? 'Plan of reconcile'
      : `Plan of ${plan.class ?? 'release'} ${plan.version}, commit ${plan.commit?.slice(0, 12) ?? ''}`;
  const problems = plan.problems.flatMap(({ message, details, hint }) => [
    `  ${paint(terminal, 'red', '✗')} ${escapeText(message, 1000)}`,
    ...details.map((line) => `      ${escapeText(line, 1000)}`),
    `    next: ${escapeText(hint, 1000)}`,
  ]);
  const aliases = renderAliases(plan.aliases, terminal);
  return [
    paint(terminal, 'bold', title),
    ...plan.notes.map((note) => `  ${escapeText(note, 1000)}`),
    ...renderSteps(plan.steps, terminal),
    ...renderHotfix(plan.hotfix, terminal),
    ...checkLines(plan, now, terminal),
    ...(aliases.length === 0 ? [] : ['', ...aliases]),
    ...(problems.length === 0
      ? []
      : ['', paint(terminal, 'bold', 'As things stand this would be refused:'), ...problems]),
  ];
}

function checkLines({ checks }: ReleasePlan, now: number, terminal: Terminal): readonly string[] {
  if (checks === undefined) return [];
  const tables = [
    renderGateStates(checks.gates, now, terminal),
    renderEvidenceStates(checks.evidence, now, terminal),
  ].filter((lines) => lines.length > 0);
  return tables.flatMap((lines) => ['', ...lines]);
}
