import { fileURLToPath } from 'node:url';
import { findPeers } from '../../bench/peers.ts';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { repositoryContract } from '../../src/ports/repository.contract.ts';
import { startCraneRegistry } from './crane-registry.ts';
import { notRun } from './peers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { crane } = await findPeers(root, console.log);
if (crane.is === 'missing') notRun('the repository contract on the registry of crane', crane.why);
else
  repositoryContract('crane registry serve', async () => {
    const registry = await startCraneRegistry(crane.path);
    const repository = openRepository(
      { registry: registry.host, repository: 'acme/app' },
      { environment: {}, access: 'write' },
    );
    return {
      repository,
      close: async () => {
        repository.close();
        await registry.close();
      },
    };
  });
