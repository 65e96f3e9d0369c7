import { assembleBuilder } from '../adapters/assemble/assemble-builder.ts';
import { buildah } from '../adapters/buildah/buildah.ts';
import { buildx } from '../adapters/buildx/buildx.ts';
import { dockerfileBuilder } from '../adapters/commit-build/dockerfile-builder.ts';
import { commitBuilds } from '../adapters/commit-build/image-builder.ts';
import { openLayout } from '../adapters/oci-layout/open-layout.ts';
import { pushLayout } from '../adapters/oci-layout/push-layout.ts';
import { escapeLines } from '../domain/quote.ts';
import type { ReleaseWorld } from '../engine/world.ts';
import type { CliContext } from './command.ts';
import { announcers } from './compose-announce.ts';
import { closeParts, once, openParts, readWorld } from './compose.ts';
import { openAttestor, readCiCredential } from './compose-signer.ts';
import { openGateRunner } from './compose-gates.ts';
import { openImageRepository } from './compose-registry.ts';
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
  const tell = (from: string) => ({
    environment: context.env,
    onOutput: (text: string) => parts.progress.report({ type: 'output', from, text: escapeLines(text) }),
  });
  const reading = readWorld(context, parts);
  const world: ReleaseWorld = {
    ...reading,
    attestor,
    openAnnouncer: announcers(context, parts.topFolder, reading.now),
    workspace,
    scanner: (policy, commit) => openScanner({ git, environment: context.env, newFolder, signal }, policy, commit),
    builderId: builderIdOf(context.env),
    builder: commitBuilds({
      git,
      newFolder,
      signal,
      builders: {
        assemble: assembleBuilder({
          openBase: async (name) =>
            (
              await openImageRepository(context, name, {
                folder: parts.topFolder,
                access: 'read',
                report: parts.progress.report,
                hosts: parts.hosts,
              })
            ).repository,
        }),
        dockerfile: dockerfileBuilder([buildx(tell('buildx')), buildah(tell('buildah'))], (text) =>
          parts.progress.report({ type: 'note', level: 'info', text }),
        ),
      },
      push: async (folder, index, repository) =>
        pushLayout({ layout: await openLayout(folder), index, repository, signal }),
    }),
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
