import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import { reconcile } from '../../engine/reconcile.ts';
import type { ReconcileResult } from '../../engine/reconcile.ts';
import type { DecisionMade } from '../../engine/withdraw.ts';
import { withdraw } from '../../engine/withdraw.ts';
import type { VerifyWorld } from '../../engine/world.ts';
import type { CliContext, CommandInput } from '../command.ts';
import type { Project } from '../project.ts';
import { openProject } from '../compose.ts';
import { aliasJson, renderAliases } from '../render/aliases.ts';
import { writeJson } from '../render/json.ts';

/** `cutwater withdraw VERSION` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const version = readVersion(input.argument('VERSION'));
  const aliases = input.text('aliases');
  const reason = requireReason(input.text('reason'), 'withdraw', formatVersion(version));
  if (aliases !== 'move' && aliases !== 'hold')
    throw new CutwaterError(
      'USAGE',
      `Cannot withdraw ${formatVersion(version)}: nothing says what happens to the aliases`,
      {
        hint: 'Add "--aliases move" to go back to the previous stable version now, or "--aliases hold" to wait for a reverting patch',
      },
    );
  const use = input.text('use');
  const useInstead = use === undefined ? undefined : readVersion(use);
  const project = await openProject(context, { fetch: 'must', access: 'write' });
  try {
    const made = await withdraw(project.world, project.loaded, {
      version,
      aliases,
      reason,
      useInstead,
      push: input.flag('push'),
    });
    return await carryOut(project, context, { made: [made], pushed: input.flag('push') });
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

/** Brings the pointers in line with decisions just made, where this machine has the rights; else says who will. */
export async function carryOut(
  project: Project<VerifyWorld>,
  context: CliContext,
  decided: { readonly made: readonly DecisionMade[]; readonly pushed: boolean },
): Promise<ExitCode> {
  const pointers = await reconcileWherePossible(project);
  await project.close();
  const aliases = pointers?.estate.aliases ?? [];
  if (context.options.json) {
    writeJson(context.stdout, {
      schema: 'cutwater.decision/1',
      tags: decided.made,
      pushed: decided.pushed,
      state: pointers === undefined ? 'pending' : 'done',
      aliases: aliases.map(aliasJson),
    });
    return exitCodes.done;
  }
  const lines = [
    ...decided.made.map(({ tag, made }) => (made ? `${tag} is signed.` : `${tag} says so already.`)),
    ...(decided.pushed ? [] : decided.made.map(({ tag }) => `Push it: git push origin refs/tags/${tag}`)),
    ...(pointers === undefined
      ? ['This machine may not write to the registry: the pointers move when CI reconciles.']
      : ['', ...renderAliases(aliases, context.terminal)]),
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}

async function reconcileWherePossible(project: Project<VerifyWorld>): Promise<ReconcileResult | undefined> {
  try {
    return await reconcile(project.world, project.loaded);
  } catch (error) {
    if (isCutwaterError(error) && error.exit === exitCodes.authentication) return undefined;
    throw error;
  }
}
