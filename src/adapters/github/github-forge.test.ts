import { contractTags, forgeContract, sampleTagObject } from '../../ports/forge.contract.ts';
import { startGithub } from '../../../test/make/github-server.ts';
import { githubForge } from './github-forge.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';

forgeContract('github', async (context) => {
  const github = await startGithub(context, new Map(contractTags.map((tag) => [tag, sampleTagObject(tag)])));
  const policy = { kind: 'github', address: github.address, repository: github.repository } as const;
  const open = (): ReturnType<typeof githubForge> => {
    const forge = githubForge(policy, { environment: github.environment, timing: fastTiming() });
    context.after(() => forge.close());
    return forge;
  };
  return { forge: open(), other: open(), object: sampleTagObject };
});
