import { shortDigest } from '../../domain/digest.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import type { EvidenceMade, EvidenceRequest } from '../../engine/evidence/add-evidence.ts';
import { addEvidence } from '../../engine/evidence/add-evidence.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openEvidenceProject, readReportFile } from '../compose-evidence.ts';
import { evidenceJson } from '../render/evidence.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater evidence add NAME VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const file = input.text('report');
  const request: EvidenceRequest = {
    name: input.argument('NAME'),
    version,
    outcome: readResult(input.text('result')),
    report: file === undefined ? undefined : await readReportFile(context, file),
    note: input.text('note') ?? '',
    environment: input.text('environment'),
    push: input.flag('push'),
  };
  const project = await openEvidenceProject(context);
  try {
    const made = await addEvidence(project.world, project.loaded, request);
    const { now } = project.world;
    await project.close();
    const { evidence, is, isPublic, isStored, warnings } = made;
    if (context.options.json)
      writeJson(context.stdout, {
        schema: 'cutwater.evidence-added/1',
        is,
        evidence: evidenceJson(evidence, now),
        pushed: isPublic,
        stored: isStored,
        warnings,
      });
    else context.stdout.write(`${renderMade(made).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

function readResult(text: string | undefined): EvidenceRequest['outcome'] {
  return text === 'pass' || text === 'fail' || text === 'pending' ? text : undefined;
}

function renderMade({ evidence, is, isPublic, isStored, warnings }: EvidenceMade): readonly string[] {
  const { tag, name, version, outcome, commit, digest } = evidence;
  const about = digest === undefined ? `commit ${commit.slice(0, 12)}` : `image ${shortDigest(digest)}`;
  const result = { pass: 'passed', fail: 'failed', pending: 'is pending' }[outcome];
  const release = formatVersion(version);
  const signed = is === 'made' ? 'is signed' : 'was signed by an earlier run';
  const stored = isStored ? '' : ' The registry gets it with the next reconcile.';
  return [
    `${tag.name} ${signed}: ${name} ${result} for ${release}, ${about}`,
    ...warnings.map((warning) => `warning: ${escapeText(warning)}`),
    isPublic
      ? `It counts.${stored} See it with 'cutwater evidence list ${release}'`
      : `next: It counts once it is pushed: git push origin refs/tags/${tag.name}`,
  ];
}
