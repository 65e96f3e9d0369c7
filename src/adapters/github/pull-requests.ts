import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { MergeRequests } from '../../ports/merge-requests.ts';
import { requestAddress } from '../forge-http/request-address.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { readObject } from '../forge-http/forge-json.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { GithubApi } from './github-api.ts';

/** Pull requests between branches of the repository. GitHub takes one open one for two branches. */
export function githubPullRequests(api: GithubApi, owner: string): MergeRequests {
  return {
    propose: ({ from, into, title, text }) => {
      const what = `open a pull request from ${quote(from)} into ${quote(into)}`;
      const find = async (): Promise<string | undefined> => {
        const query = { state: 'open', head: `${owner}:${from}`, base: into, per_page: '100' };
        const [found] = await readAllPages(api.session, { what, method: 'GET', url: api.url('pulls', query) });
        return found === undefined ? undefined : requestAddress(what, found, 'html_url');
      };
      // Each try looks first: the one before may have been taken although its answer was lost.
      return api.session.retry(async (remaining) => {
        const there = await find();
        if (there !== undefined) return there;
        const json = { title, head: from, base: into, body: text };
        const call = { what, method: 'POST', url: api.url('pulls'), json, returned: [404, 422] } as const;
        const reply = await api.session.ask(call, remaining);
        if (reply.status === 404) throw await api.missing(what, 'the right "pull_requests: write"');
        if (reply.status !== 422) return requestAddress(what, readObject(what, reply), 'html_url');
        const { message } = api.session.unexpected(what, reply);
        // There is one: a later look finds it.
        if (/already exists/i.test(message)) throw new TransientError('FORGE_REFUSED', message);
        throw new CutwaterError('FORGE_REFUSED', message, {
          hint: `Open it by hand: the branch ${from} is pushed; a workflow needs the setting that lets it open pull requests`,
        });
      });
    },
  };
}
