import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import { carryOut } from '../../engine/pointers/carry-out.ts';
import { withdraw } from '../../engine/withdrawal/withdraw.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openDecideProject } from '../compose-decide.ts';
import { writeDecision } from '../render/decision.ts';

/** `cutwater withdraw VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const word = input.text('aliases');
  const reason = requireReason(input.text('reason'), 'withdraw', formatVersion(version));
  const use = input.text('use');
  const push = input.flag('push');
  const project = await openDecideProject(context);
  try {
    const { made, decision, wayBack } = await withdraw(project.world, project.loaded, {
      version,
      aliases: word === 'move' || word === 'hold' ? word : undefined,
      reason,
      useInstead: use === undefined ? undefined : readVersion(use),
      push,
    });
    const outcome = await carryOut(project.world, project.loaded, { made: [made], decision, push });
    await project.close();
    writeDecision(context, { made: [made], pushed: push, word: decision.aliases, wayBack, outcome });
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

/** The reason of a decision: one that users will read, so it must not be empty. */
export function requireReason(reason: string | undefined, act: string, version: string): string {
  if (reason !== undefined && reason.trim() !== '') return reason;
  throw new CutwaterError('USAGE', `Cannot ${act} ${version}: no reason is given`, {
    hint: 'Add --reason "TEXT"; users will read it',
  });
}
