import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { repositoryContract } from '../../src/ports/repository.contract.ts';
import { findPeer, notRun, startDockerRegistry } from './peers.ts';

const peer = findPeer('docker-registry');
if (peer.is === 'missing') notRun('the repository contract on docker-registry', peer.why);
else
  repositoryContract('docker-registry', async () => {
    const registry = await startDockerRegistry();
    const address = { protocol: 'http', host: '127.0.0.1', port: registry.port } as const;
    const repository = openRepository(
      { registry: registry.host, repository: 'acme/app' },
      { environment: {}, address, access: 'write' },
    );
    return {
      repository,
      close: async () => {
        repository.close();
        await registry.close();
      },
    };
  });
