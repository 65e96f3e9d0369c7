import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { answering, fails, openGithub } from '../../../test/make/github-client.ts';
import type { StoredRelease } from '../../../test/make/github-data.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import type { ReleaseOutline } from '../../ports/release-list.ts';
import { githubReleaseList } from './release-list.ts';

test('a thousand releases are read to the last page, and a page is asked for only when the one before was read', async (t) => {
  const { list, github } = await open(t);
  for (let at = 0; at < 1000; at += 1) github.releases.push(stored(`v0.${at}.0`));
  const pages = (): number => github.log.filter((line) => line.startsWith('GET releases?')).length;
  const tags = new Set<string>();
  for await (const { tag } of list.releases()) {
    tags.add(tag);
    // However long the notes are, no more than one page of them is here.
    equal(pages(), Math.ceil(tags.size / 100));
  }
  equal(tags.size, 1000);
  equal(pages(), 10);
});

test('drafts are told, half uploads are no files, and without a token it is said that drafts are not seen', async (t) => {
  const { list, github, environment, open: again } = await open(t);
  github.releases.push(stored('v1.0.0'), { ...stored('v1.1.0'), isDraft: true });
  const [first] = github.releases;
  if (first === undefined) throw new Error('No release');
  github.newAsset(first, 'app', 'uploaded', Buffer.from('x'));
  github.newAsset(first, 'half', 'starter');
  deepEqual(await all(list), [
    { tag: 'v1.1.0', state: 'draft', files: 0 },
    { tag: 'v1.0.0', state: 'published', files: 1 },
  ]);
  const { GITHUB_TOKEN: _, ...without } = environment;
  const { list: anonymous, warnings } = again(without);
  deepEqual(
    (await all(anonymous)).map(({ tag }) => tag),
    ['v1.0.0'],
  );
  match(warnings.join(), /drafts on github .* are seen with a token only/);
});

test('a repository with a new name is read there, and its name is said', async (t) => {
  const { list, github, warnings } = await open(t);
  github.releases.push(stored('v1.0.0'));
  let isMoved = true;
  github.interfere = ({ path }, response) => {
    const there = `${github.address}/api/v3/repos/acme/renamed/${path}`;
    if (!isMoved) return undefined;
    isMoved = false;
    response.writeHead(301, { location: there.replace('acme/renamed', 'acme/tiny') }).end('{}');
    return 'answered';
  };
  equal((await all(list)).length, 1);
  match(warnings.join(), /is "acme\/tiny" now: write its new name into cutwater\.yaml/);
});

test('a list that leads to another host, in a circle, or is none is refused', async (t) => {
  const { list, github } = await open(t);
  for (const link of [
    'https://evil.example/releases',
    `${github.address}/api/v3/repos/acme/tiny/releases?per_page=100`,
  ]) {
    github.interfere = answering(() => [200, [], { link: `<${link}>; rel="next"` }]);
    await fails(all(list), 'BAD_REPLY', [/another host|leads back/]);
  }
  github.interfere = answering(() => [200, [{ tag_name: 'v1.0.0', draft: false }]]);
  await fails(all(list), 'BAD_REPLY', [/lacks "assets"/]);
});

function stored(tag: string): StoredRelease {
  const notes = 'long notes\n'.repeat(100);
  ids += 1;
  const state = { isDraft: false, isPrerelease: false, isImmutable: false };
  return { id: ids, tag, title: tag, notes, ...state, assets: [] };
}

let ids = 10_000;

async function all(list: ReturnType<typeof githubReleaseList>): Promise<readonly ReleaseOutline[]> {
  const found: ReleaseOutline[] = [];
  for await (const one of list.releases()) found.push(one);
  return found;
}

async function open(t: TestContext) {
  const { github } = await openGithub(t);
  const { address, repository, environment } = github;
  const openAs = (own: typeof environment) => {
    const warnings: string[] = [];
    const options = { environment: own, timing: fastTiming(), onWarning: (text: string) => void warnings.push(text) };
    const list = githubReleaseList({ kind: 'github', address, repository }, options);
    t.after(() => list.close());
    return { list, warnings };
  };
  return { github, environment, open: openAs, ...openAs(environment) };
}
