import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { answering, fails, openGithub, openGithubForge } from '../../../test/make/github-client.ts';
import { isCutwaterError } from '../../domain/error.ts';

const request = { from: 'merge-back/v1.2.4', into: 'main', title: 'Merge v1.2.4 back', text: 'Brings the changes.' };

test('a pull request is opened once and found again, by whoever asks, also when its answer was lost or two ask at once', async (t) => {
  const { github, forge } = await openGithub(t);
  let lost = false;
  github.interfere = ({ method }, response) => {
    if (method === 'POST' && !lost) response.writeHead = () => response.destroy();
    lost ||= method === 'POST';
    return undefined;
  };
  const address = await forge.mergeRequests.propose(request);
  match(address, /^http:\/\/127\.0\.0\.1:\d+\/acme\/tiny\/pull\/\d+$/);
  const other = openGithubForge(t, github, github.environment);
  const again = await Promise.all([forge, other].map((one) => one.mergeRequests.propose(request)));
  deepEqual(again, [address, address]);
  const { title, head, base, body } = github.pulls[0] ?? {};
  deepEqual({ title, from: head, into: base, text: body }, request);
  await Promise.all([forge, other].map((one) => one.mergeRequests.propose({ ...request, from: 'merge-back/v1.2.5' })));
  equal(github.pulls.length, 2);
});

test('one that was closed does not count as open; a repository that lets nobody open one is explained', async (t) => {
  const { github, forge } = await openGithub(t);
  await forge.mergeRequests.propose(request);
  for (const pull of github.pulls) pull.isOpen = false;
  await forge.mergeRequests.propose(request);
  equal(github.pulls.length, 2);
  const reason = 'GitHub Actions is not permitted to create or approve pull requests.';
  github.interfere = answering(({ method }) => (method === 'POST' ? [422, { message: reason }] : undefined));
  await fails(forge.mergeRequests.propose({ ...request, from: 'other' }), 'FORGE_REFUSED', [
    /not permitted/,
    /by hand/,
  ]);
  github.interfere = answering(() => [200, [{ html_url: 'javascript:alert(1)' }]]);
  await rejects(forge.mergeRequests.propose(request), (error) => isCutwaterError(error, 'BAD_REPLY'));
});
