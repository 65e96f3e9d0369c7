import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ReleaseList } from '../../ports/release-list.ts';
import { requiredFlag, requiredList, requiredText } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { readPages } from '../forge-http/forge-pages.ts';
import { openGithubApi } from './github-api.ts';

/** Drafts are seen with a token that may write, and an upload that never ended is no file. */
export function githubReleaseList(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ReleaseList & { readonly close: () => void } {
  const api = openGithubApi(policy, options);
  const { label } = api.place;
  return {
    description: `github ${label}`,
    close: api.close,
    releases: async function* () {
      if (api.session.token.is === 'none') api.warn(`drafts on github ${label} are seen with a token only`);
      const what = `list the releases of ${label}`;
      const url = api.url('releases', { per_page: '100' });
      for await (const page of readPages(api.session, { what, method: 'GET', url }))
        for (const json of page)
          yield {
            tag: requiredText(what, json, 'tag_name'),
            state: requiredFlag(what, json, 'draft') ? 'draft' : 'published',
            files: requiredList(what, json, 'assets').filter(({ state }) => state === 'uploaded').length,
          };
    },
  };
}
