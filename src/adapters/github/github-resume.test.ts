import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { answering, fails, openGithub, openGithubForge } from '../../../test/make/github-client.ts';
import type { Interference } from '../../../test/make/github-server.ts';
import { digestOf } from '../../domain/digest.ts';
import { sampleTagObject } from '../../ports/forge.contract.ts';

const draft = { tag: 'v1.2.3', title: 'Tiny v1.2.3', notes: 'notes', prerelease: false };
const verified = { object: sampleTagObject('v1.2.3') };
const asset = { name: 'app', digest: digestOf('app'), size: 3 };

test('a draft whose answer was lost is found again and gets no twin; so is a file', async (t) => {
  const { github, forge } = await openGithub(t);
  github.interfere = losingAnswers();
  await forge.createDraft(draft);
  equal(github.releases.length, 1);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  deepEqual(
    github.releases[0]?.assets.map(({ name, state }) => [name, state]),
    [['app', 'uploaded']],
  );
});

test('what a broken upload left is removed before the next try, but never from a published release', async (t) => {
  const { github, forge } = await openGithub(t);
  await forge.createDraft(draft);
  const [release] = github.releases;
  ok(release);
  github.newAsset(release, 'app', 'starter');
  deepEqual((await forge.findRelease('v1.2.3'))?.assets, []);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  deepEqual(
    release.assets.map(({ state }) => state),
    ['uploaded'],
  );
  github.newAsset(release, 'late', 'starter');
  await forge.publish('v1.2.3', verified);
  await fails(forge.uploadAsset('v1.2.3', { ...asset, name: 'late' }, bytes), 'ASSET_CONFLICT', [
    /published without it/,
  ]);
  equal(release.assets.length, 2);
});

test('a release someone published by hand before its files gets none, and a deleted file is said', async (t) => {
  const { github, forge } = await openGithub(t);
  github.locksReleases = true;
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', asset, bytes);
  await forge.publish('v1.2.3', verified);
  await fails(forge.uploadAsset('v1.2.3', { ...asset, name: 'more' }, bytes), 'ASSET_CONFLICT', [
    /published and immutable without it/,
  ]);
  github.interfere = answering(({ path }) => (/^releases\/assets\/\d+$/.test(path) ? [404, {}] : undefined));
  await fails(drain(forge.downloadAsset('v1.2.3', 'app')), 'CONTENT_MISSING', [/lists the file and does not have it/]);
});

test('nothing is published for a tag that is missing on GitHub or is another object there', async (t) => {
  const { github, forge } = await openGithub(t);
  await forge.createDraft(draft);
  github.tags.delete('v1.2.3');
  await fails(forge.publish('v1.2.3', verified), 'TAG_MISSING', [/git push origin v1\.2\.3/]);
  github.tags.set('v1.2.3', sampleTagObject('other'));
  await fails(forge.publish('v1.2.3', verified), 'TAG_MOVED', [
    new RegExp(sampleTagObject('other')),
    new RegExp(verified.object),
  ]);
  equal(github.releases[0]?.isDraft, true);
});

test('a tag that is moved while its release is published is said, though the release is out by then', async (t) => {
  const { github, forge } = await openGithub(t);
  await forge.createDraft(draft);
  github.interfere = ({ method }) => {
    if (method === 'PATCH') github.tags.set('v1.2.3', sampleTagObject('other'));
    return undefined;
  };
  await fails(forge.publish('v1.2.3', verified), 'TAG_MOVED', [new RegExp(sampleTagObject('other'))]);
});

test('a draft on the last of many pages is found, and of two drafts of a tag all take the oldest and say so', async (t) => {
  const { github, forge, warnings } = await openGithub(t);
  await forge.createDraft(draft);
  const { id } = github.releases[0] ?? {};
  const other = openGithubForge(t, github, github.environment);
  for (let index = 0; index < 250; index += 1)
    github.releases.push({
      id: 1000 + index,
      tag: `v0.${index}.0`,
      title: '',
      notes: '',
      isDraft: false,
      isPrerelease: false,
      isImmutable: false,
      assets: [],
    });
  equal((await other.listReleases()).length, 251);
  await other.uploadAsset('v1.2.3', asset, bytes);
  equal(github.releases.find((one) => one.id === id)?.assets.length, 1);
  const twin = {
    id: 5000,
    tag: 'v2.0.0',
    title: '',
    notes: '',
    isDraft: true,
    isPrerelease: false,
    isImmutable: false,
    assets: [],
  };
  github.interfere = (request) => {
    // Another run was a moment faster.
    if (request.method === 'POST' && !github.releases.includes(twin)) github.releases.push({ ...twin, id: 1 });
    return undefined;
  };
  await forge.createDraft({ ...draft, tag: 'v2.0.0' });
  github.interfere = () => undefined;
  await forge.uploadAsset('v2.0.0', asset, bytes);
  equal(github.releases.find((one) => one.id === 1)?.assets.length, 1);
  match(warnings.join(), /more than one draft of v2\.0\.0/);
});

test('files are sent nowhere but to the hosts of the forge, and a file that GitHub renames is said', async (t) => {
  const { github, forge } = await openGithub(t);
  await forge.createDraft(draft);
  const [release] = github.releases;
  ok(release);
  github.interfere = answering(({ method, path }) =>
    method === 'POST'
      ? [201, { id: 1, name: 'app.1', size: 3, state: 'uploaded' }]
      : path === 'nothing'
        ? [200, {}]
        : undefined,
  );
  await fails(forge.uploadAsset('v1.2.3', asset, bytes), 'FORGE_REFUSED', [/GitHub calls it "app\.1"/]);
  const evil = {
    id: release.id,
    tag_name: 'v1.2.3',
    draft: true,
    prerelease: false,
    assets: [],
    upload_url: 'https://uploads.example/x{?name}',
  };
  github.interfere = answering(({ path }) => (path === `releases/${release.id}` ? [200, evil] : undefined));
  await fails(forge.uploadAsset('v1.2.3', asset, bytes), 'BAD_REPLY', [/"https:\/\/uploads\.example\/x"/]);
});

test('the notes of an immutable release can be changed; where GitHub refuses that it is explained', async (t) => {
  const { github, forge } = await openGithub(t);
  github.locksReleases = true;
  await forge.createDraft(draft);
  await forge.publish('v1.2.3', verified);
  await forge.updateNotes('v1.2.3', { notes: 'new', deprecated: false });
  equal(github.releases[0]?.notes, 'new');
  github.interfere = answering(({ method }) => (method === 'PATCH' ? [422, { message: 'Cannot edit' }] : undefined));
  await fails(forge.updateNotes('v1.2.3', { notes: 'newer', deprecated: false }), 'FORGE_REFUSED', [
    /immutable/,
    /by hand/,
  ]);
});

/** The first answer to each write is lost after the server has done what it was asked for. */
function losingAnswers(): Interference {
  const lost = new Set<string>();
  return ({ method, path }, response) => {
    if (method !== 'POST' || lost.has(path)) return undefined;
    lost.add(path);
    response.writeHead = () => response.destroy();
    return undefined;
  };
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('app');
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}
