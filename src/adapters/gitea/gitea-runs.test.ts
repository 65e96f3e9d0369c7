import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fails } from '../../../test/make/github-client.ts';
import type { RunsDialect } from '../../../test/make/gitea-runs.ts';
import { serveGiteaRuns } from '../../../test/make/gitea-runs.ts';
import { startGiteaServer } from '../../../test/make/gitea-server.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import type { WantedRun } from '../../ports/workflow-runs.contract.ts';
import { contractCommit, workflowRunsContract } from '../../ports/workflow-runs.contract.ts';
import { giteaRuns } from './gitea-runs.ts';

const question = {
  of: 'tag',
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  title: 'release v1.2.3',
} as const;

workflowRunsContract('gitea', (t) => open(t, 'gitea'));
workflowRunsContract('forgejo', (t) => open(t, 'forgejo'));

test('a Forgejo that tells of no jobs shows the run alone, and one that has to be approved waits for a person', async (t) => {
  const { runs, have } = await open(t, 'forgejo-without-jobs');
  have([{ ...wanted, state: 'waiting' }]);
  const found = await runs.findRun(question);
  deepEqual([found?.state, found?.jobs], ['waiting', []]);
});

test('a run of a branch that is called like the tag is not the run of the tag', async (t) => {
  const { runs, have, gitea } = await open(t, 'gitea');
  have([wanted]);
  const answer = gitea.interfere;
  gitea.interfere = (request, response) => {
    const end = response.end.bind(response);
    // The last overload is the one that the test server calls.
    Object.assign(response, { end: (text: string) => end(text.replaceAll('refs/tags/', 'refs/heads/')) });
    return answer(request, response);
  };
  equal(await runs.findRun(question), undefined);
});

test('a server that lists no runs is told from one that does not show the repository', async (t) => {
  const { runs, gitea } = await open(t, 'too-old');
  await fails(runs.findRun(question), 'RUNS_UNKNOWN', [/tells of no runs, or Actions are off/]);
  gitea.interfere = (_, response) => {
    response.writeHead(404).end('{}');
    return 'answered';
  };
  await fails(runs.findRun(question), 'FORBIDDEN', [/is not there, or the token in/]);
});

test('an address that leads elsewhere is not shown', async (t) => {
  const { runs, have, gitea } = await open(t, 'gitea');
  have([wanted]);
  const answer = gitea.interfere;
  for (const elsewhere of ['https://evil.example/', 'javascript:alert(1)//', gitea.address.replace('//', '//a:b@')]) {
    gitea.interfere = (request, response) => {
      const end = response.end.bind(response);
      const lead = (text: string): string => text.replaceAll(`"${gitea.address}/acme`, `"${elsewhere}/acme`);
      Object.assign(response, { end: (text: string) => end(lead(text)) });
      return answer(request, response);
    };
    const found = await runs.findRun(question);
    deepEqual([found?.url, found?.jobs[0]?.url], [`${gitea.address}/acme/tiny/actions`, undefined], elsewhere);
  }
});

const wanted: WantedRun = {
  id: 7,
  workflow: 'release.yml',
  tag: 'v1.2.3',
  commit: contractCommit,
  state: 'running',
  jobs: [{ name: 'release', state: 'running' }],
};

async function open(t: TestContext, dialect: RunsDialect) {
  const gitea = await startGiteaServer(t, new Map());
  const have = serveGiteaRuns(gitea, dialect);
  const kind = dialect === 'gitea' ? 'gitea' : 'forgejo';
  const { address } = gitea;
  // Each of the two names its own variables; both are set, so that one server serves both.
  const environment = {
    ...gitea.environment,
    FORGEJO_TOKEN: gitea.environment['GITEA_TOKEN'],
    FORGEJO_SERVER_URL: address,
  };
  const runs = giteaRuns({ kind, address, repository: 'acme/tiny' }, { environment, timing: fastTiming() });
  t.after(() => runs.close());
  return { runs, have, gitea };
}
