import type { ExitCode } from '../../domain/error-catalogue.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import { restore } from '../../engine/withdraw.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openProject } from '../compose.ts';
import { carryOut, requireReason } from './withdraw.ts';

/** `cutwater restore VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const reason = requireReason(input.text('reason'), 'restore', formatVersion(version));
  const push = input.flag('push');
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  try {
    const made = await restore(project.world, project.loaded, { version, reason, push });
    return await carryOut(project, context, { made, pushed: push });
  } finally {
    await project.close();
  }
}
