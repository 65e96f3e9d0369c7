import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type { ReleaseList } from '../../ports/release-list.ts';
import { requiredList, requiredObject, requiredText } from '../forge-http/forge-json.ts';
import type { ForgeOptions } from '../forge-http/forge-options.ts';
import { readPages } from '../forge-http/forge-pages.ts';
import { openGitlabApi } from './gitlab-api.ts';

/** GitLab has no drafts; its files are links. */
export function gitlabReleaseList(
  policy: HostedForgePolicy,
  options: ForgeOptions,
): ReleaseList & { readonly close: () => void } {
  const api = openGitlabApi(policy, options);
  return {
    description: api.label,
    close: api.close,
    releases: async function* () {
      const what = `list the releases of ${api.label}`;
      const url = api.url('releases', { per_page: '100' });
      for await (const page of readPages(api.session, { what, method: 'GET', url }))
        for (const json of page)
          yield {
            tag: requiredText(what, json, 'tag_name'),
            state: 'published',
            files: requiredList(what, requiredObject(what, json, 'assets'), 'links').length,
          };
    },
  };
}
