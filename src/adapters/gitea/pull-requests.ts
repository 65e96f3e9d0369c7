import { quote } from '../../domain/quote.ts';
import type { MergeRequests } from '../../ports/merge-requests.ts';
import { readObject } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { requestAddress } from '../forge-http/request-address.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { isJsonObject } from '../oci-http/json-object.ts';
import type { GiteaApi } from './gitea-api.ts';

/** Pull requests between branches of the repository. The forge takes one open one for two branches. */
export function giteaPullRequests(api: GiteaApi): MergeRequests {
  return {
    propose: ({ from, into, title, text }) => {
      const what = `open a pull request from ${quote(from)} into ${quote(into)}`;
      const find = async (): Promise<string | undefined> => {
        const url = api.url('pulls', { state: 'open', limit: '50' });
        const open = await readAllPages(api.session, { what, method: 'GET', url });
        const found = open.find((one) => isSide(one['head'], from) && isSide(one['base'], into) && isOwn(one));
        return found === undefined ? undefined : requestAddress(what, found, 'html_url');
      };
      // Each try looks first: the one before may have been taken although its answer was lost.
      return api.session.retry(async (remaining) => {
        const there = await find();
        if (there !== undefined) return there;
        const json = { title, head: from, base: into, body: text };
        const call = { what, method: 'POST', url: api.url('pulls'), json, returned: [404, 409] } as const;
        const reply = await api.session.ask(call, remaining);
        if (reply.status === 404) throw api.missing(what);
        if (reply.status !== 409) return requestAddress(what, readObject(what, reply), 'html_url');
        // There is one: a later look finds it.
        throw new TransientError('FORGE_REFUSED', api.session.unexpected(what, reply).message);
      });
    },
  };
}

function isSide(side: unknown, branch: string): boolean {
  return isJsonObject(side) && side['ref'] === branch;
}

/** A fork may have a branch of the same name. */
function isOwn({ head, base }: JsonObject): boolean {
  return isJsonObject(head) && isJsonObject(base) && head['repo_id'] === base['repo_id'];
}
