import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import { carryOut } from '../../engine/pointers/carry-out.ts';
import { restore } from '../../engine/withdrawal/withdraw.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openDecideProject } from '../compose-decide.ts';
import { writeDecision } from '../render/decision.ts';
import { requireReason } from './withdraw.ts';

/** `cutwater restore VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const reason = requireReason(input.text('reason'), 'restore', formatVersion(version));
  const push = input.flag('push');
  const project = await openDecideProject(context);
  try {
    const { made, decision } = await restore(project.world, project.loaded, { version, reason, push });
    const outcome = await carryOut(project.world, project.loaded, { made, decision, push });
    await project.close();
    writeDecision(context, { made, pushed: push, outcome });
    return exitCodes.done;
  } finally {
    await project.close();
  }
}
