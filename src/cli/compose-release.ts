import type { ReleaseWorld } from '../engine/world.ts';
import type { CliContext } from './command.ts';
import { announcers } from './compose-announce.ts';
import { closeParts, once, openParts, readWorld } from './compose.ts';
import { openBuilder } from './compose-builder.ts';
import { openAttestor, readCiCredential } from './compose-signer.ts';
import { openGateRunner } from './compose-gates.ts';
import { programFinder } from './compose-programs.ts';
import { openScanner } from './compose-scanner.ts';
import type { Project } from './project.ts';

/** Opens a project to release it: this needs the CI key. */
export async function openReleaseProject(context: CliContext): Promise<Project<ReleaseWorld>> {
  const credential = await readCiCredential(context);
  const parts = await openParts(context, { fetch: 'must', access: 'write' });
  const { git, workspace, opened } = parts;
  const attestor = await openAttestor(credential, parts.loaded.policy);
  const { signal } = context;
  const newFolder = (name: string): Promise<string> => workspace.newFolder(name);
  const reading = readWorld(context, parts);
  const world: ReleaseWorld = {
    ...reading,
    attestor,
    openAnnouncer: announcers(context, parts.topFolder, reading.now),
    workspace,
    scanner: (policy, commit) => openScanner({ git, environment: context.env, newFolder, signal }, policy, commit),
    isInstalled: programFinder(context),
    builderId: builderIdOf(context.env),
    builder: openBuilder(context, parts),
    checks: parts.forge.checks,
    gates: openGateRunner(context, parts, credential),
  };
  return { loaded: parts.loaded, opened, world, close: once(() => closeParts(parts)) };
}

function builderIdOf(env: CliContext['env']): string {
  const server = env['GITHUB_SERVER_URL'];
  const workflow = env['GITHUB_WORKFLOW_REF'];
  if (env['GITHUB_ACTIONS'] === 'true' && server !== undefined && workflow !== undefined)
    return `${server}/${workflow}`;
  return env['CI'] === undefined ? 'urn:cutwater:builder:workstation' : 'urn:cutwater:builder:ci';
}
