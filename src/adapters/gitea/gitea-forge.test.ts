import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { sendJson } from '../oci-http/scripted-registry.ts';
import type { GiteaServer } from '../../../test/make/gitea-server.ts';
import { giteaToken, startGiteaServer } from '../../../test/make/gitea-server.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { contractTags, forgeContract, sampleTagObject } from '../../ports/forge.contract.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import { giteaForge } from './gitea-forge.ts';

forgeContract('gitea, test server', async (context) => {
  const { forge, gitea } = await open(context);
  return { forge, other: openForge(context, gitea), object: sampleTagObject };
});

const draft = { tag: 'v1.2.3', title: 'Tiny v1.2.3', notes: 'notes', prerelease: false };
const verified = { object: sampleTagObject('v1.2.3') };
const asset = { name: 'app', digest: digestOf('app'), size: 3 };

test('a draft that the forge publishes by itself when it notices the tag becomes a draft again before the next file', async (t) => {
  const { gitea, forge, warnings } = await open(t);
  gitea.unnoticed.add('v1.2.3');
  await forge.createDraft(draft);
  gitea.noticePushes();
  equal(gitea.releases[0]?.isDraft, false);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  equal(gitea.releases[0]?.isDraft, true);
  match(warnings.join(), /published v1\.2\.3 by itself/);
  await forge.publish('v1.2.3', verified);
  await rejects(forge.uploadAsset('v1.2.3', { ...asset, name: 'late' }, bytes), /published without it/);
  equal(gitea.releases[0]?.isDraft, false, 'what was published on purpose stays so');
});

test('two files of one name are not published unless they have the same bytes', async (t) => {
  const { gitea, forge } = await open(t);
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  const [release] = gitea.releases;
  release?.assets.push({ id: 9001, name: 'app', bytes: Buffer.from('ape') });
  await rejects(forge.publish('v1.2.3', verified), (error) => {
    ok(isCutwaterError(error, 'ASSET_CONFLICT'));
    return error.message.includes(digestOf('app')) && error.message.includes(digestOf('ape'));
  });
  release?.assets.splice(1, 1, { id: 9001, name: 'app', bytes: Buffer.from('app') });
  await forge.publish('v1.2.3', verified);
});

test('a file that goes on after its announced end is not read on, and one that breaks off is asked for again from there', async (t) => {
  const { gitea, forge } = await open(t);
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  gitea.interfere = ({ url = '' }, response) => {
    if (!url.startsWith('/attachments/')) return undefined;
    response.write('app');
    const more = (): void => {
      while (!response.destroyed && response.write('more'.repeat(10_000)));
      response.once('drain', more);
    };
    more();
    return 'answered';
  };
  await rejects(drain(forge.downloadAsset('v1.2.3', 'app')), /found more than 3 bytes, wanted 3/);
  const ranges: unknown[] = [];
  gitea.interfere = ({ url = '', headers }, response) => {
    if (!url.startsWith('/attachments/')) return undefined;
    ranges.push(headers.range);
    if (headers.range !== undefined) response.writeHead(206, { 'content-range': 'bytes 2-2/3' }).end('p');
    else response.writeHead(200, { 'content-length': 3 }).write('ap', () => response.destroy());
    return 'answered';
  };
  equal(await drain(forge.downloadAsset('v1.2.3', 'app')), 'app');
  deepEqual(ranges, [undefined, 'bytes=2-']);
});

test('a lost answer makes no second release, file or pull request', async (t) => {
  const { gitea, forge } = await open(t);
  const lost = new Set<string>();
  gitea.interfere = ({ method, url = '' }, response) => {
    if (method === 'POST' && !lost.has(url)) response.end = () => response.destroy();
    if (method === 'POST') lost.add(url);
    return undefined;
  };
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  const request = { from: 'merge-back/v1.2.4', into: 'main', title: 'Merge', text: 'text' };
  const address = await forge.mergeRequests.propose(request);
  equal(await forge.mergeRequests.propose(request), address);
  deepEqual([gitea.releases.length, gitea.releases[0]?.assets.length, gitea.pulls.length], [1, 1, 1]);
});

test('nothing is published for a missing or another tag, and a scope that is missing is named', async (t) => {
  const { gitea, forge } = await open(t);
  await forge.createDraft(draft);
  gitea.tags.set('v1.2.30', verified.object);
  gitea.tags.delete('v1.2.3');
  await rejects(forge.publish('v1.2.3', verified), (error) => isCutwaterError(error, 'TAG_MISSING'));
  gitea.tags.set('v1.2.3', sampleTagObject('other'));
  await rejects(forge.publish('v1.2.3', verified), (error) => isCutwaterError(error, 'TAG_MOVED'));
  equal(gitea.releases[0]?.isDraft, true);
  const message =
    'token does not have at least one of required scope(s), required=[write:repository], token scope=read:user';
  gitea.interfere = (_, response) => {
    sendJson(response, 403, { message });
    return 'answered';
  };
  await rejects(forge.createDraft(draft), (error) => {
    ok(isCutwaterError(error, 'FORBIDDEN'));
    return error.hint.includes('the scope "write:repository"') && !error.message.includes(giteaToken);
  });
});

test('the newest status of each context counts, on every page and in whatever order they come', async (t) => {
  const { gitea, forge } = await open(t);
  const say = (id: number, context: string, status: string): unknown => gitea.statuses.push({ id, context, status });
  say(90, 'ci / test (push)', 'success');
  say(91, 'ci / web (push)', 'warning');
  for (let index = 0; index < 60; index += 1) say(index, `job ${index}`, 'pending');
  say(80, 'ci / test (push)', 'failure');
  const found = await forge.checks.read(verified.object);
  equal(found.length, 62);
  deepEqual(
    ['ci / test (push)', 'ci / web (push)', 'job 7'].map((name) => found.find((one) => one.name === name)?.state),
    ['passed', 'failed', 'running'],
  );
});

async function open(t: TestContext): Promise<{
  readonly gitea: GiteaServer;
  readonly forge: ReturnType<typeof giteaForge>;
  readonly warnings: string[];
}> {
  const gitea = await startGiteaServer(t, new Map(contractTags.map((tag) => [tag, sampleTagObject(tag)])));
  const warnings: string[] = [];
  return { gitea, warnings, forge: openForge(t, gitea, warnings) };
}

function openForge(
  t: TestContext,
  { address, environment }: GiteaServer,
  warnings: string[] = [],
): ReturnType<typeof giteaForge> {
  const onWarning = (text: string): void => void warnings.push(text);
  const policy = { kind: 'gitea', address, repository: 'acme/tiny' } as const;
  const forge = giteaForge(policy, { environment, timing: fastTiming(), onWarning });
  t.after(() => forge.close());
  return forge;
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('app');
}
