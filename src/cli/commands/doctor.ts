import { needsOf, secretNames } from '../../ci/workflow-needs.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { examineChannels } from '../../engine/overview/examine-channels.ts';
import { examineFiles } from '../../engine/overview/examine-files.ts';
import { examineForgeKeys } from '../../engine/overview/examine-forge-keys.ts';
import { examineForgeSettings } from '../../engine/overview/examine-forge-settings.ts';
import { examineKeys } from '../../engine/overview/examine-keys.ts';
import { examinePrograms } from '../../engine/overview/examine-programs.ts';
import { examineProject } from '../../engine/overview/examine-project.ts';
import { examineRights } from '../../engine/overview/examine-rights.ts';
import { examineSigning, trySigning } from '../../engine/overview/examine-signing.ts';
import type { CiIdentity } from '../../engine/overview/ci-identity.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Check } from '../../report/verification.ts';
import { verdictOf } from '../../report/verification.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { announcers } from '../compose-announce.ts';
import { openForgeReaders } from '../compose-settings.ts';
import { openKeyReader } from '../compose-keys.ts';
import { openWriteProbes } from '../compose-probe.ts';
import { programFinder } from '../compose-programs.ts';
import { findCiIdentity } from '../compose-signer.ts';
import { openSigningSetup, openTagProject } from '../compose-tag.ts';
import { writeJson } from '../render/json.ts';
import { renderTable } from '../render/table.ts';

/** `cutwater doctor` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const project = await openTagProject(context);
  try {
    const ciIdentity = await findCiIdentity(context);
    const { world, loaded } = project;
    const signing = await examineSigning(openSigningSetup(context), loaded, world.now);
    const trial = input.flag('sign') ? [await trySigning(world, loaded)] : [];
    const here = await examineProject(world, loaded, { ciIdentity, signing: [...signing, ...trial] });
    const openAnnouncer = announcers(context, await world.git.topFolder(), world.now);
    const keys = await examineKeys(world, loaded, openKeyReader());
    const programs = await examinePrograms(loaded.policy, programFinder(context), ciIdentity);
    const files = await examineFiles(world.git, loaded);
    const probes = openWriteProbes(context, loaded.policy);
    const rights = await examineRights(probes.registries, ciIdentity).finally(() => probes.close());
    const settings = await forgeChecks(context, loaded.policy, { ciIdentity, now: world.now });
    const channels = await examineChannels(loaded.policy.announce, openAnnouncer);
    const checks = [...here, ...programs, ...rights, ...settings, ...keys, ...channels, ...files];
    await project.close();
    const verdict = verdictOf(checks);
    if (context.options.json) writeJson(context.stdout, { schema: 'cutwater.doctor/1', verdict, checks });
    else {
      const marks = {
        passed: ['ok', 'green'],
        failed: ['STOPS A RELEASE', 'red'],
        warning: ['note', 'yellow'],
        differs: ['differs', 'yellow'],
        unchecked: ['not checked', 'yellow'],
      } as const;
      const rows = checks.map(({ name, is, says }) => [{ text: marks[is][0], style: marks[is][1] }, name, says]);
      const table = renderTable(
        [{ title: 'result' }, { title: 'what' }, { title: 'found', shrinks: true }],
        rows,
        context.terminal,
      );
      context.stdout.write(`${table.join('\n')}\n`);
    }
    return verdict === 'passed' ? exitCodes.done : exitCodes.refused;
  } finally {
    await project.close();
  }
}

async function forgeChecks(
  context: CliContext,
  policy: Policy,
  here: { readonly ciIdentity: CiIdentity; readonly now: number },
): Promise<readonly Check[]> {
  const { forge, git, trust, images } = policy;
  const readers = await openForgeReaders(context, forge);
  if (readers === undefined || forge.kind === 'local') return [];
  try {
    const key = await openSigningSetup(context).readSigningKey();
    return [
      ...(await examineForgeSettings(readers.settings, {
        ...here,
        forge,
        branch: git.branch,
        variables: secretNames(needsOf(policy)),
        images: images.map(({ name }) => name),
      })),
      ...(await examineForgeKeys(readers.keys, key, { trust, forge })),
    ];
  } finally {
    readers.close();
  }
}
