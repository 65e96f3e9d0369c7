import { join, resolve } from 'node:path';
import { auditTagOf } from '../../domain/audit-tag.ts';
import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { quote } from '../../domain/quote.ts';
import { parseTagPattern } from '../../policy/tag-pattern.ts';
import { auditTags } from '../../report/audit.ts';
import { renderAudit } from '../../report/render-audit.ts';
import { policyFile } from '../../engine/facts/load-policy.ts';
import type { Git } from '../../ports/git.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { readTextWhereThere } from '../compose-files.ts';
import { openGit, readTags } from '../compose-git.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater audit [--repo DIR | --tags FILE]` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const ignore = input.list('ignore').map(readPattern);
  const file = input.text('tags');
  const git = openGit(context);
  const tags = file === undefined ? (await git.listTags()).map(auditTagOf) : await readTags(resolve(context.cwd, file));
  const report = auditTags(tags, { ignore });
  if (context.options.json) writeJson(context.stdout, { ...report });
  else {
    const hasPolicy = file === undefined && (await hasPolicyHere(git));
    context.stdout.write(`${renderAudit(report, { hasPolicy }).join('\n')}\n`);
  }
  return exitCodes.done;
}

async function hasPolicyHere(git: Git): Promise<boolean> {
  return (await readTextWhereThere(join(await git.topFolder(), policyFile))) !== undefined;
}

function readPattern(text: string): RegExp {
  const pattern = parseTagPattern(text);
  if (pattern.is === 'ok') return pattern.value;
  throw new CutwaterError('USAGE', `Cannot read --ignore ${quote(text)}: it ${pattern.reason}`);
}
