import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import { readVersion } from '../../domain/version.ts';
import type { EvidenceList } from '../../engine/evidence/list-evidence.ts';
import { listEvidence } from '../../engine/evidence/list-evidence.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { evidenceStateJson, pieceJson, renderEvidenceStates, renderPieces } from '../render/evidence.ts';
import { writeJson } from '../render/json.ts';
import type { Terminal } from '../render/terminal.ts';
import { paint } from '../render/terminal.ts';

/** `cutwater evidence list [VERSION]` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const asked = input.optionalArgument('VERSION');
  const version = asked === undefined ? undefined : readVersion(asked);
  const project = await openProject(context, { fetch: 'try', access: 'read' });
  try {
    const lists = await listEvidence(project.world, project.loaded, version);
    const { now } = project.world;
    await project.close();
    if (context.options.json)
      writeJson(context.stdout, { schema: 'cutwater.evidence/1', versions: lists.map((list) => listJson(list, now)) });
    else context.stdout.write(`${renderLists(lists, now, context.terminal).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function listJson({ version, from, states, pieces }: EvidenceList, now: number): Readonly<Record<string, unknown>> {
  return {
    version,
    ...(from === undefined ? {} : { from }),
    states: states.map((state) => evidenceStateJson(state, now)),
    evidence: pieces.map((piece) => pieceJson(piece, now)),
  };
}

function renderLists(lists: readonly EvidenceList[], now: number, terminal: Terminal): readonly string[] {
  if (lists.length === 0) return ['Nobody has signed any evidence yet.'];
  return lists.flatMap(({ version, from, states, pieces }, index) => {
    const title = from === undefined ? `${version}: no tag of it` : `${version}, as released from ${from}`;
    const tables = [renderEvidenceStates(states, now, terminal), renderPieces(pieces, now, terminal)];
    const shown = tables.filter((lines) => lines.length > 0).flatMap((lines) => [...lines, '']);
    const body = shown.length === 0 ? ['nothing is asked for, and nothing was signed', ''] : shown;
    return [
      ...(index === 0 ? [] : ['']),
      paint(terminal, 'bold', escapeText(title)),
      ...body.map((line) => (line === '' ? '' : `  ${line}`)).slice(0, -1),
    ];
  });
}
