import { assertNever } from '../../domain/error.ts';
import { escapeText } from '../../domain/quote.ts';
import { formatVersion } from '../../domain/version.ts';
import type { WayBack } from '../../documents/way-back.ts';
import { describeWayBack } from '../../documents/way-back.ts';
import type { CarriedOut, PointerOutcome } from '../../engine/pointers/carry-out.ts';
import type { DecisionMade } from '../../engine/withdrawal/make-decision.ts';
import type { IncidentOutcome } from '../../engine/withdrawal/incident-job.ts';
import type { DueAnnouncement } from '../../estate/news.ts';
import { describeStep } from '../../plan/step.ts';
import type { CliContext } from '../command.ts';
import { aliasJson, renderAliases } from './aliases.ts';
import { writeJson } from './json.ts';
import type { Terminal } from './terminal.ts';

export interface DecisionReport {
  readonly made: readonly DecisionMade[];
  readonly pushed: boolean;
  /** What was decided about the aliases of a withdrawn version. */
  readonly word?: 'move' | 'hold';
  readonly wayBack?: WayBack | undefined;
  readonly outcome: PointerOutcome & Partial<CarriedOut>;
}

/** What a withdrawal or a restore did, what is pending, and what a person has to do next. */
export function writeDecision(context: CliContext, report: DecisionReport): void {
  const { made, pushed, word, wayBack, outcome } = report;
  if (!context.options.json) {
    context.stdout.write(`${decisionLines(report, context.terminal).join('\n')}\n`);
    return;
  }
  writeJson(context.stdout, {
    schema: 'cutwater.decision/1',
    tags: made,
    pushed,
    word,
    wayBack: wayBack && {
      from: formatVersion(wayBack.from),
      to: formatVersion(wayBack.to),
      is: wayBack.is,
      because: wayBack.decisive.because,
    },
    state: outcome.pointers,
    pending: outcome.pending,
    incident: outcome.incident,
    due: outcome.due?.map(dueJson),
    aliases: outcome.aliases.map(aliasJson),
  });
}

function decisionLines(
  { made, pushed, word, wayBack, outcome }: DecisionReport,
  terminal: Terminal,
): readonly string[] {
  const says = word === undefined ? '' : ` (aliases: ${word})`;
  const { incident, due = [] } = outcome;
  return [
    ...made.map(({ tag, made: isNew }) =>
      isNew ? `${tag} is signed${pushed ? ' and pushed' : ''}${says}.` : `${tag} says so already${says}.`,
    ),
    ...(wayBack === undefined ? [] : [`${sentence(describeWayBack(wayBack))}.`]),
    ...(pushed ? [] : made.map(({ tag }) => `Push it: git push origin refs/tags/${tag}`)),
    ...(incident === undefined ? [] : incidentLines(incident)),
    ...pointerLines(outcome, { pushed, terminal }),
    ...dueLines(due),
  ];
}

function pointerLines(
  { pointers, aliases, pending }: PointerOutcome,
  { pushed, terminal }: { readonly pushed: boolean; readonly terminal: Terminal },
): readonly string[] {
  if (pointers === 'done') return ['', ...renderAliases(aliases, terminal)];
  return [
    `This machine may not write to the registry or the forge. ${pushed ? 'Pending' : 'Pending once it is pushed'}, until CI runs 'cutwater reconcile':`,
    ...pending.map((step) => `  · ${escapeText(describeStep(step), 1000)}`),
  ];
}

function incidentLines(incident: IncidentOutcome): readonly string[] {
  switch (incident.is) {
    case 'off':
      return [];
    case 'there':
      return [`The changelog on ${incident.branch} has the incident already.`];
    case 'not-written':
      return [`The incident is not in the changelog: ${escapeText(incident.reason, 1000)}. Write it by hand.`];
    case 'committed': {
      const { branch, commit, pushed, because } = incident;
      const why = because === undefined ? '' : ` (${because})`;
      const next = pushed ? '' : `; push it: git push origin ${commit.slice(0, 12)}:refs/heads/${branch}`;
      return [`The incident is in commit ${commit.slice(0, 12)} on ${branch}${pushed ? ', pushed' : ''}${why}${next}`];
    }
    default:
      return assertNever(incident);
  }
}

/** What users should be told, a line for each version. */
export function dueLines(due: readonly DueAnnouncement[]): readonly string[] {
  const byVersion = Map.groupBy(due, ({ version, kind }) => `${formatVersion(version)} ${kind}`);
  return [...byVersion.values()].flatMap((list) => {
    const [first] = list;
    if (first === undefined) return [];
    const version = formatVersion(first.version);
    const channels = list.map(({ channel }) => channel).join(', ');
    return [`Not announced yet: ${version} is ${first.kind} (${channels}); run 'cutwater announce ${version}'`];
  });
}

export function dueJson({ version, kind, channel, auto }: DueAnnouncement): Readonly<Record<string, unknown>> {
  return { version: formatVersion(version), kind, channel, auto };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
