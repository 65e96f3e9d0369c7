import type { CheckReading, CommitChecks } from '../../ports/commit-checks.ts';
import { readObject, requiredList, requiredText } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { statusReading } from '../forge-http/status-reading.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { textMember } from '../oci-http/json-object.ts';
import type { GithubApi } from './github-api.ts';

/** Check runs and commit statuses, every page. */
export function githubCommitChecks(api: GithubApi): CommitChecks {
  return {
    description: `github ${api.place.label}`,
    pause: api.session.pause,
    read: async (commit) => {
      const what = `read the checks of ${commit}`;
      const pages = (path: string, query: Readonly<Record<string, string>>, member: string) =>
        readAllPages(
          api.session,
          { what, method: 'GET', url: api.url(path, { ...query, per_page: '100' }) },
          { itemsOf: (_, page) => requiredList(what, readObject(what, page), member) },
        );
      const [runs, statuses] = await Promise.all([
        pages(`commits/${commit}/check-runs`, { filter: 'latest' }, 'check_runs'),
        pages(`commits/${commit}/status`, {}, 'statuses'),
      ]);
      return [
        ...runs.map((run) => runReading(what, run)),
        ...statuses.map((status) =>
          statusReading(requiredText(what, status, 'context'), requiredText(what, status, 'state')),
        ),
      ];
    },
  };
}

function runReading(what: string, run: JsonObject): CheckReading {
  const name = requiredText(what, run, 'name');
  const status = requiredText(what, run, 'status');
  if (status !== 'completed') return { name, state: 'running', said: status };
  return statusReading(name, textMember(run, 'conclusion') ?? 'nothing');
}
