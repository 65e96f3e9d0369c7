import type { CommitChecks } from '../../ports/commit-checks.ts';
import { requiredText } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import { statusReading } from '../forge-http/status-reading.ts';
import type { GitlabApi } from './gitlab-api.ts';

/** Jobs of pipelines and outside statuses of a commit, every page; of each name the last one. */
export function gitlabCommitChecks(api: GitlabApi): CommitChecks {
  return {
    description: api.label,
    pause: api.session.pause,
    read: async (commit) => {
      const what = `read the checks of ${commit}`;
      const url = api.url(`repository/commits/${commit}/statuses`, { per_page: '100' });
      const statuses = await readAllPages(api.session, { what, method: 'GET', url });
      return statuses.map((one) => statusReading(requiredText(what, one, 'name'), requiredText(what, one, 'status')));
    },
  };
}
