import type { RegistryRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';

/** An empty repository of the embedded registry, as the real client sees it. */
export async function openEmbedded(scope: Scope): Promise<RegistryRepository> {
  const server = await listenRegistry({ folder: await makeFolder(scope) });
  const address = { protocol: 'http', host: '127.0.0.1', port: server.port } as const;
  const repository = openRepository({ registry: 'embedded', repository: 'tiny' }, { address, environment: {} });
  scope.after(async () => {
    repository.close();
    await server.close();
  });
  return repository;
}
