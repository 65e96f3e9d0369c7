import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { GitlabServer } from '../../../test/make/gitlab-server.ts';
import { gitlabToken, startGitlabServer } from '../../../test/make/gitlab-server.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { contractTags, forgeContract, sampleTagObject } from '../../ports/forge.contract.ts';
import { fastTiming, sendJson } from '../oci-http/scripted-registry.ts';
import { gitlabForge } from './gitlab-forge.ts';

forgeContract('gitlab', async (context) => {
  const { gitlab, forge } = await open(context);
  return { forge, other: openForge(context, gitlab), object: sampleTagObject };
});

const draft = { tag: 'v1.2.3', title: 'Tiny v1.2.3', notes: 'notes', prerelease: false };
const verified = { object: sampleTagObject('v1.2.3') };
const asset = { name: 'app', digest: digestOf('app'), size: 3 };

test('nobody sees a release before it is published, and then it is there with links to all its files and its last notes', async (t) => {
  const { gitlab, forge } = await open(t);
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  await forge.updateNotes('v1.2.3', { notes: 'first', deprecated: false });
  await forge.updateNotes('v1.2.3', { notes: 'last', deprecated: false });
  equal(gitlab.releases.length, 0);
  equal((await openForge(t, gitlab).findRelease('v1.2.3'))?.notes, 'last');
  await forge.publish('v1.2.3', verified);
  const [release] = gitlab.releases;
  deepEqual([release?.title, release?.notes, release?.links.map(({ name }) => name)], ['Tiny v1.2.3', 'last', ['app']]);
  ok(
    release?.links[0]?.url.startsWith(
      `${gitlab.address}/api/v4/projects/acme%2Ftiny/packages/generic/release-files/v1.2.3/app`,
    ),
  );
});

test('a second file of one name, which people would get instead of the first, stops publishing unless it is the same', async (t) => {
  const { gitlab, forge } = await open(t);
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  gitlab.files.push({ id: 9000, tag: 'v1.2.3', name: 'app', bytes: Buffer.from('ape') });
  await rejects(forge.publish('v1.2.3', verified), (error) => {
    ok(isCutwaterError(error, 'ASSET_CONFLICT'));
    return error.message.includes(digestOf('ape'));
  });
  equal(gitlab.releases.length, 0);
  // Two tries of one upload, both taken.
  gitlab.files.splice(-1, 1, { id: 9001, tag: 'v1.2.3', name: 'app', bytes: Buffer.from('app') });
  await forge.publish('v1.2.3', verified);
  equal(gitlab.releases.length, 1);
});

test('a lost answer makes no second file, release or merge request', async (t) => {
  const { gitlab, forge } = await open(t);
  const lost = new Set<string>();
  gitlab.interfere = ({ method = '', url = '' }, response) => {
    if (method !== 'GET' && !lost.has(url)) response.end = () => response.destroy();
    if (method !== 'GET') lost.add(url);
    return undefined;
  };
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  await forge.publish('v1.2.3', verified);
  const request = { from: 'merge-back/v1.2.4', into: 'main', title: 'Merge', text: 'text' };
  const address = await forge.mergeRequests.propose(request);
  equal(await forge.mergeRequests.propose(request), address);
  deepEqual([gitlab.files.length, gitlab.releases.length, gitlab.requests.length], [2, 1, 1]);
});

test('nothing is published for a missing or another tag, and a role that is missing is named', async (t) => {
  const { gitlab, forge } = await open(t);
  await forge.createDraft(draft);
  gitlab.tags.delete('v1.2.3');
  await rejects(forge.publish('v1.2.3', verified), (error) => isCutwaterError(error, 'TAG_MISSING'));
  gitlab.tags.set('v1.2.3', sampleTagObject('other'));
  await rejects(forge.publish('v1.2.3', verified), (error) => isCutwaterError(error, 'TAG_MOVED'));
  gitlab.interfere = (_, response) => {
    sendJson(response, 403, { error: 'insufficient_scope', error_description: 'more is needed', scope: 'api' });
    return 'answered';
  };
  await rejects(forge.createDraft({ ...draft, tag: 'v2.0.0' }), (error) => {
    ok(isCutwaterError(error, 'FORBIDDEN'), String(error));
    return error.hint.includes('the scope "api"');
  });
});

test('the token of a job goes into its own header, and only to the server of the job', async (t) => {
  const { gitlab } = await open(t);
  const seen: unknown[] = [];
  gitlab.interfere = ({ headers }) => void seen.push([headers['job-token'], headers['private-token']]);
  await openForge(t, gitlab, { CI_JOB_TOKEN: gitlabToken, CI_SERVER_URL: gitlab.address }).findRelease('v1.2.3');
  await openForge(t, gitlab, { CI_JOB_TOKEN: gitlabToken }).findRelease('v1.2.3');
  await openForge(t, gitlab, { GITLAB_TOKEN: gitlabToken }).findRelease('v1.2.3');
  deepEqual(new Set(seen.map((one) => JSON.stringify(one))), new Set([`["${gitlabToken}",null]`, '[null,null]']));
});

test('the jobs of a commit are read to the last page, and only success passes', async (t) => {
  const { gitlab, forge } = await open(t);
  for (let index = 0; index < 120; index += 1) gitlab.statuses.push({ name: `job ${index}`, status: 'success' });
  for (const status of ['manual', 'canceled', 'created', 'skipped']) gitlab.statuses.push({ name: status, status });
  const found = await forge.checks.read(verified.object);
  deepEqual(
    found.slice(119).map(({ state }) => state),
    ['passed', 'failed', 'failed', 'running', 'not-run'],
  );
});

async function open(
  t: TestContext,
): Promise<{ readonly gitlab: GitlabServer; readonly forge: ReturnType<typeof gitlabForge> }> {
  const gitlab = await startGitlabServer(t, new Map(contractTags.map((tag) => [tag, sampleTagObject(tag)])));
  return { gitlab, forge: openForge(t, gitlab) };
}

function openForge(
  t: TestContext,
  { address, environment: own }: GitlabServer,
  environment = own,
): ReturnType<typeof gitlabForge> {
  const policy = { kind: 'gitlab', address, repository: 'acme/tiny' } as const;
  const forge = gitlabForge(policy, { environment, timing: fastTiming() });
  t.after(() => forge.close());
  return forge;
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('app');
}
