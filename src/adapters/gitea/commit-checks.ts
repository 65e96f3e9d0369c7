import type { CommitChecks } from '../../ports/commit-checks.ts';
import { requiredNumber, requiredText } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { statusReading } from '../forge-http/status-reading.ts';
import type { GiteaApi } from './gitea-api.ts';

/** Commit statuses, every page: the newest of each context counts. Actions report as statuses too. */
export function giteaCommitChecks(api: GiteaApi): CommitChecks {
  return {
    description: api.label,
    pause: api.session.pause,
    read: async (commit) => {
      const what = `read the checks of ${commit}`;
      const url = api.url(`commits/${commit}/statuses`, { limit: '50' });
      const found = await readAllPages(api.session, { what, method: 'GET', url });
      // The order that the forge gives differs by version; the numbers grow.
      const inOrder = found.toSorted(
        (left, right) => requiredNumber(what, left, 'id') - requiredNumber(what, right, 'id'),
      );
      const newest = new Map<string, string>();
      for (const status of inOrder)
        newest.set(requiredText(what, status, 'context'), requiredText(what, status, 'status'));
      return [...newest].map(([context, said]) => statusReading(context, said));
    },
  };
}
