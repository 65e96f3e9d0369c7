import { equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import type { Scope } from '../../../test/make/folder.ts';
import type { ForgeServer } from '../../../test/make/forge-servers.ts';
import { startForgeServer } from '../../../test/make/forge-servers.ts';
import { openHostedForge } from '../../../test/make/hosted-forge.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { sampleTagObject } from '../../ports/forge.contract.ts';
import type { ReleaseList } from '../../ports/release-list.ts';
import type { WorkflowRuns } from '../../ports/workflow-runs.ts';
import { giteaRuns } from '../gitea/gitea-runs.ts';
import { giteaReleaseList } from '../gitea/release-list.ts';
import { githubRuns } from '../github/github-runs.ts';
import { githubReleaseList } from '../github/release-list.ts';
import { gitlabRuns } from '../gitlab/gitlab-runs.ts';
import { gitlabReleaseList } from '../gitlab/release-list.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';

/** What a forge may say to any question, the error that becomes of it, and what must be said. */
const answers: readonly (readonly [
  name: string,
  reply: readonly [status: number, body: string, headers?: Readonly<Record<string, string>>],
  code: ErrorCode,
  said: RegExp,
])[] = [
  ['an expired token', [401, '{"message":"expired"}'], 'UNAUTHENTICATED', /to the token in \w+_TOKEN.*expired/s],
  ['a right that is missing', [403, '{"message":"Forbidden"}'], 'FORBIDDEN', /the token in \w+_TOKEN lacks/],
  ['a limit for an hour', [429, '{}', { 'retry-after': '3600' }], 'RATE_LIMITED', /again after 2026-01-01T01:/],
  ['a server that is down', [503, 'down'], 'SERVER_ERROR', /answers 503/],
  ['a page for people', [200, '<!doctype html>', { 'content-type': 'text/html' }], 'BAD_REPLY', /an HTML page/],
  ['JSON of another form', [200, '"words"'], 'BAD_REPLY', /something else than a JSON/],
  ['half an answer', [200, '[{"id": 1'], 'BAD_REPLY', /something that is no JSON/],
  ['the way to another host', [302, '', { location: 'http://127.0.0.1:9/' }], 'BAD_REPLY', /to another host/],
];

const adapters = {
  github: { list: githubReleaseList, runs: githubRuns },
  forgejo: { list: giteaReleaseList, runs: giteaRuns },
  gitlab: { list: gitlabReleaseList, runs: gitlabRuns },
} as const;

for (const kind of ['github', 'forgejo', 'gitlab'] as const)
  for (const [name, [status, body, headers], code, said] of answers)
    test(`${kind}: ${name} is told as what it is, whatever was asked`, async (t) => {
      const server = await startForgeServer(t, kind);
      server.interfere((_, response) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
        return 'answered';
      });
      for (const [question, ask] of questions(t, { kind, server }))
        await rejects(ask(), (error) => {
          ok(isCutwaterError(error), `${question}: ${String(error)}`);
          equal(error.code, code, `${question}: ${error.message}`);
          match(`${error.message}\n${error.hint}`, said, question);
          return true;
        });
    });

/** Everything but releases one by one, which forge-bad-input.test.ts has. */
function questions(
  scope: Scope,
  { kind, server }: { readonly kind: keyof typeof adapters; readonly server: ForgeServer },
): readonly (readonly [string, () => Promise<unknown>])[] {
  const policy = { kind, address: server.address, repository: 'acme/tiny' };
  const options = () => ({ environment: server.environment, timing: fastTiming() });
  const list: ReleaseList & Closing = adapters[kind].list(policy, options());
  const runs: WorkflowRuns & Closing = adapters[kind].runs(policy, options());
  const forge = openHostedForge(scope, { kind, host: server });
  // Whoever was told to wait waits with all questions, so each has a clock of its own.
  const other = openHostedForge(scope, { kind, host: server });
  scope.after(async () => [list, runs].forEach((one) => one.close()));
  const commit = sampleTagObject('commit');
  const request = { from: 'merge-back/v1.2.4', into: 'main', title: 'Merge', text: 'text' };
  const run = { of: 'tag', workflow: 'release.yml', tag: 'v1.2.3', commit, title: 'v1.2.3' } as const;
  return [
    ['the list of releases', async () => drain(list)],
    ['the runs of a tag', () => runs.findRun(run)],
    ['the checks of a commit', () => forge.checks.read(commit)],
    ['a merge request', () => other.mergeRequests.propose(request)],
  ];
}

interface Closing {
  readonly close: () => void;
}

async function drain(list: ReleaseList): Promise<void> {
  for await (const _ of list.releases());
}
