import { resolve } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import { parseDuration } from '../../policy/duration.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openGit } from '../compose-git.ts';
import { registryFolder } from '../compose-registry.ts';
import type { GarbageReport } from '../compose-server.ts';
import { collectRegistryGarbage } from '../compose-server.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater registry gc` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const asked = input.text('folder');
  const folder =
    asked === undefined ? registryFolder(context, await openGit(context).topFolder()) : resolve(context.cwd, asked);
  const olderThanSeconds = readGrace(input.text('older-than') ?? '24h');
  const removed = input.flag('yes');
  const report = await collectRegistryGarbage({ folder, olderThanSeconds, mode: removed ? 'remove' : 'list' });
  if (context.options.json)
    writeJson(context.stdout, { schema: 'cutwater.registry-gc/1', folder, olderThanSeconds, removed, ...report });
  else context.stdout.write(describe(report, removed ? 'Removed' : 'To remove'));
  return exitCodes.done;
}

function readGrace(text: string): number {
  const parsed = parseDuration(text);
  if (parsed.is === 'ok') return parsed.value;
  throw new CutwaterError('USAGE', `Cannot read --older-than ${quote(text)}: it ${parsed.reason}`);
}

function describe(report: GarbageReport, verb: string): string {
  const lines = report.repositories.flatMap(({ repository, skipped, manifests, blobs, bytes }) => {
    const name = escapeText(repository);
    if (skipped) return [`${name}: left alone, it holds content of an unknown digest algorithm`];
    return blobs.length + manifests.length === 0
      ? []
      : [
          `${name}: ${manifests.length} manifests, ${blobs.length} files, ${bytes} bytes`,
          ...blobs.map((blob) => `  ${blob}`),
        ];
  });
  const total = `${verb}: ${report.bytes} bytes, and ${report.uploads} unfinished uploads`;
  return `${[...lines, total].join('\n')}\n`;
}
