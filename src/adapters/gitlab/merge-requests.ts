import { quote } from '../../domain/quote.ts';
import type { MergeRequests } from '../../ports/merge-requests.ts';
import { readObject } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { requestAddress } from '../forge-http/request-address.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { GitlabApi } from './gitlab-api.ts';

/** Merge requests between branches of the project. GitLab takes one open one for two branches. */
export function gitlabMergeRequests(api: GitlabApi): MergeRequests {
  return {
    propose: ({ from, into, title, text }) => {
      const what = `open a merge request from ${quote(from)} into ${quote(into)}`;
      const find = async (): Promise<string | undefined> => {
        const query = { state: 'opened', source_branch: from, target_branch: into, per_page: '100' };
        const url = api.url('merge_requests', query);
        const open = await readAllPages(api.session, { what, method: 'GET', url });
        // A fork may have a branch of the same name.
        const found = open.find((one) => one['source_project_id'] === one['target_project_id']);
        return found === undefined ? undefined : requestAddress(what, found, 'web_url');
      };
      // Each try looks first: the one before may have been taken although its answer was lost.
      return api.session.retry(async (remaining) => {
        const there = await find();
        if (there !== undefined) return there;
        const json = { source_branch: from, target_branch: into, title, description: text };
        const call = { what, method: 'POST', url: api.url('merge_requests'), json, returned: [404, 409] } as const;
        const reply = await api.session.ask(call, remaining);
        if (reply.status === 404) throw api.missing(what);
        if (reply.status !== 409) return requestAddress(what, readObject(what, reply), 'web_url');
        // There is one: a later look finds it.
        throw new TransientError('FORGE_REFUSED', api.session.unexpected(what, reply).message);
      });
    },
  };
}
