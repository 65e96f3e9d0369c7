import { assembleBuilder } from '../adapters/assemble/assemble-builder.ts';
import { buildah } from '../adapters/buildah/buildah.ts';
import { buildx } from '../adapters/buildx/buildx.ts';
import { dockerfileBuilder } from '../adapters/commit-build/dockerfile-builder.ts';
import { commitBuilds } from '../adapters/commit-build/image-builder.ts';
import { openRepository } from '../adapters/oci-http/open-repository.ts';
import { openLayout } from '../adapters/oci-layout/open-layout.ts';
import { pushLayout } from '../adapters/oci-layout/push-layout.ts';
import { escapeLines } from '../domain/quote.ts';
import type { ImageBuilder } from '../ports/image-builder.ts';
import type { Rebuilder } from '../ports/rebuilder.ts';
import { createRegistry } from '../registry-server/create-registry.ts';
import type { CliContext } from './command.ts';
import type { Parts } from './compose.ts';
import { openImageRepository } from './compose-registry.ts';

/** What builds commits, by what their policy says: files put together here, or a Dockerfile by a tool of this machine. */
export function openBuilder(context: CliContext, parts: Parts): ImageBuilder {
  const { git, workspace } = parts;
  const { signal } = context;
  const tell = (from: string) => ({
    environment: context.env,
    onOutput: (text: string) => parts.progress.report({ type: 'output', from, text: escapeLines(text) }),
  });
  return commitBuilds({
    git,
    newFolder: (name) => workspace.newFolder(name),
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
  });
}

/** A builder with a registry of its own in the folder of this run: nothing of it is seen elsewhere, or stays. */
export async function openRebuilder(context: CliContext, parts: Parts): Promise<Rebuilder> {
  const { answer } = createRegistry({ folder: await parts.workspace.newFolder('rebuilt') });
  const name = { registry: 'embedded', repository: 'rebuilt' };
  const repository = openRepository(name, { environment: context.env, signal: context.signal, answer });
  return { repository, builder: openBuilder(context, parts) };
}
