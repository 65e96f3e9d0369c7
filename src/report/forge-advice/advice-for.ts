import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import { giteaAdvice } from './gitea-advice.ts';
import { githubAdvice } from './github-advice.ts';
import { gitlabAdvice } from './gitlab-advice.ts';
import type { ForgeAdvice } from './forge-advice.ts';

export function adviceFor(forge: HostedForgePolicy): ForgeAdvice {
  switch (forge.kind) {
    case 'github':
      return githubAdvice(forge);
    case 'forgejo':
    case 'gitea':
      return giteaAdvice(forge);
    case 'gitlab':
      return gitlabAdvice(forge);
  }
}
