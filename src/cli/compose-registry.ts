import { join, resolve } from 'node:path';
import { openRepository } from '../adapters/oci-http/open-repository.ts';
import type { RegistryHosts } from '../adapters/oci-http/registry-hosts.ts';
import type { ImageName } from '../domain/image-name.ts';
import type { Report } from '../engine/event.ts';
import { createRegistry } from '../registry-server/create-registry.ts';
import type { ListeningRegistry } from '../registry-server/listen-registry.ts';
import { listenRegistry } from '../registry-server/listen-registry.ts';
import type { CliContext } from './command.ts';
import type { OpenedRepository } from './project.ts';

export interface OpenRepositoryOptions {
  readonly folder: string;
  readonly access: 'read' | 'write';
  readonly report: Report;
  /** One for all repositories of a run, so that rate limits and warnings of a host count once. */
  readonly hosts: RegistryHosts;
}

/**
 * A repository of a registry. `embedded/...` is the project's own registry on disk: this process asks it directly, and
 * serves it on loopback as soon as another program is told to pull from it.
 */
export async function openImageRepository(
  context: CliContext,
  name: ImageName,
  { folder, access, report, hosts }: OpenRepositoryOptions,
): Promise<OpenedRepository> {
  const { env: environment, signal } = context;
  const onWarning = (text: string): void =>
    report({ type: 'note', level: 'warning', text: `${name.registry} says: ${text}` });
  const common = { environment, signal, access, onWarning, hosts };
  if (name.registry !== 'embedded') {
    const repository = openRepository(name, common);
    return { repository, pullName: (image) => Promise.resolve(image), close: async () => repository.close() };
  }
  const place = registryFolder(context, folder);
  const { answer } = createRegistry({ folder: place });
  const server = serveWhenAsked(place);
  return {
    repository: openRepository(name, { ...common, answer }),
    pullName: async (image) => image.replace(/^embedded\//, `127.0.0.1:${await server.port()}/`),
    close: server.close,
  };
}

function serveWhenAsked(folder: string): { readonly port: () => Promise<number>; readonly close: () => Promise<void> } {
  let listening: Promise<ListeningRegistry> | undefined;
  // Other programs pull, and nobody on this machine needs more.
  const listen = (): Promise<ListeningRegistry> => listenRegistry({ folder, readOnly: true });
  return {
    port: async () => (await (listening ??= listen())).port,
    close: async () => (await listening)?.close(),
  };
}

/** Where the embedded registry of a project lies. */
export function registryFolder(context: CliContext, topFolder: string): string {
  return join(dataFolder(context, topFolder), 'registry');
}

/** Where a project's embedded registry, local releases and logs lie: CUTWATER_DATA, or `.cutwater` in the project. */
export function dataFolder(context: CliContext, topFolder: string): string {
  const named = context.env['CUTWATER_DATA'];
  return named === undefined || named === '' ? join(topFolder, '.cutwater') : resolve(context.cwd, named);
}

/** The folder of the local forge; the default lies where the project's data lies. */
export function releasesFolder(context: CliContext, topFolder: string, folder: string): string {
  const [first, ...rest] = folder.split('/');
  return first === '.cutwater' ? join(dataFolder(context, topFolder), ...rest) : resolve(topFolder, folder);
}
