import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { repositoryContract } from '../../src/ports/repository.contract.ts';
import { notRun } from './peers.ts';
import { obtainZot, startZot } from './zot-peer.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.cache', 'test-real');
const peer = await obtainZot(cache);
if (peer.is === 'missing') notRun('the repository contract on zot', peer.why);
else
  repositoryContract('zot', async () => {
    const registry = await startZot(peer.path);
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
