import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ReleaseList } from '../../ports/release-list.ts';
import { requiredFlag, requiredList, requiredText } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { readPages } from '../forge-http/forge-pages.ts';
import { openGiteaApi } from './gitea-api.ts';

/** Drafts are seen by those who may write. */
export function giteaReleaseList(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ReleaseList & { readonly close: () => void } {
  const api = openGiteaApi(policy, options);
  return {
    description: api.label,
    close: api.close,
    releases: async function* () {
      if (api.session.token.is === 'none') api.warn(`drafts on ${api.label} are seen with a token only`);
      const what = `list the releases of ${api.label}`;
      for await (const page of readPages(api.session, {
        what,
        method: 'GET',
        url: api.url('releases', { limit: '50' }),
      }))
        for (const json of page)
          yield {
            tag: requiredText(what, json, 'tag_name'),
            state: requiredFlag(what, json, 'draft') ? 'draft' : 'published',
            files: requiredList(what, json, 'assets').length,
          };
    },
  };
}
