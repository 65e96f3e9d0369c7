import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import type { StoredAsset, StoredRelease } from './github-data.ts';
import { assetJson, releaseJson, tagRefJson } from './github-data.ts';
import type { GithubServer } from './github-server.ts';

/** The token that may write, as the test server knows it. */
export const githubToken = 'ghp_test_token_that_may_write';

export const githubPaths = { api: '/api/v3/repos/acme/tiny', uploads: '/api/uploads/repos/acme/tiny' } as const;

export interface Github extends GithubServer {
  readonly filesAddress: string;
  nextId(): number;
  /** An example of GitHub's own description. */
  example(name: string): unknown;
}

export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly body: Buffer;
  readonly isUpload: boolean;
  readonly headers: IncomingHttpHeaders;
}

/** What GitHub answers, and what it does. */
export function answerAsGithub(github: Github, asked: Asked): Answer {
  const { method, path, headers } = asked;
  if (headers.authorization !== undefined && headers.authorization !== `Bearer ${githubToken}`)
    return {
      status: 401,
      json: { message: 'Bad credentials', documentation_url: 'https://docs.example', status: '401' },
    };
  const mayWrite = headers.authorization !== undefined;
  if (method !== 'GET' && !mayWrite) return missing;
  const [, first, second, third] = path.split('/').map(decodeURIComponent);
  if (path === '') return { status: 200 };
  if (first === 'git') return tagRef(github, path);
  if (first === 'commits') return commitChecks(github, asked);
  if (path === '/pulls') return method === 'GET' ? listPulls(github, asked) : openPull(github, asked);
  if (path === '/releases')
    return method === 'GET' ? listReleases(github, asked, mayWrite) : makeRelease(github, asked);
  if (path === '/releases/latest')
    return one(
      github,
      github.releases.find(({ id }) => id === github.latest),
    );
  if (second === 'tags')
    return one(
      github,
      github.releases.find(({ tag, isDraft }) => tag === third && !isDraft),
    );
  if (second === 'assets') return assetAnswer(github, asked, Number(third));
  const release = github.releases.find(({ id }) => id === Number(second));
  if (release === undefined || (release.isDraft && !mayWrite)) return missing;
  if (third === 'assets')
    return method === 'GET' ? listAssets(github, asked, release) : storeAsset(github, asked, release);
  if (method === 'PATCH') return editRelease(github, asked, release);
  if (method !== 'GET') github.violations.push(`${method} ${path}`);
  return one(github, release);
}

const missing: Answer = { status: 404, json: { message: 'Not Found', documentation_url: 'https://d', status: '404' } };

function one(github: Github, release: StoredRelease | undefined): Answer {
  return release === undefined ? missing : { status: 200, json: releaseJson(release, addresses(github)) };
}

function addresses(github: Github): { readonly api: string; readonly uploads: string } {
  return { api: `${github.address}${githubPaths.api}`, uploads: `${github.address}${githubPaths.uploads}` };
}

function commitChecks(github: Github, { path, url }: Asked): Answer {
  const [, , commit = '', list] = path.split('/');
  const { runs = [], statuses = [] } = github.checks.get(commit) ?? {};
  const page = paged(url, list === 'check-runs' ? runs : statuses);
  const items: unknown = page.json;
  assert.ok(Array.isArray(items));
  if (list === 'check-runs') {
    const example = exampleOf(github, 'check-run-paginated', 'check_runs');
    const json = items.map((run: object) => ({ ...example, ...run }));
    return { ...page, json: { total_count: runs.length, check_runs: json } };
  }
  const example = exampleOf(github, 'combined-commit-status', 'statuses');
  const json = items.map((status: object) => ({ ...example, ...status }));
  return { ...page, json: { ...exampleOf(github, 'combined-commit-status'), statuses: json } };
}

function tagRef(github: Github, path: string): Answer {
  const name = decodeURIComponent(path.replace('/git/ref/tags/', ''));
  const object = github.tags.get(name);
  return object === undefined ? missing : { status: 200, json: tagRefJson(name, object, addresses(github).api) };
}

function listReleases(github: Github, { url }: Asked, mayWrite: boolean): Answer {
  const visible = github.releases.filter(({ isDraft }) => mayWrite || !isDraft).toReversed();
  return paged(
    url,
    visible.map((release) => releaseJson(release, addresses(github))),
  );
}

function listAssets(github: Github, { url }: Asked, { assets }: StoredRelease): Answer {
  return paged(
    url,
    assets.map((asset) => assetJson(asset, addresses(github).api)),
  );
}

function paged(url: URL, items: readonly unknown[]): Answer {
  const size = Number(url.searchParams.get('per_page') ?? '30');
  const page = Number(url.searchParams.get('page') ?? '1');
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  const link = page * size < items.length ? { link: `<${next.href}>; rel="next", <${url.href}>; rel="first"` } : {};
  return { status: 200, json: items.slice((page - 1) * size, page * size), headers: link };
}

export interface StoredPull {
  readonly number: number;
  readonly title: string;
  readonly head: string;
  readonly base: string;
  readonly body: string;
  isOpen: boolean;
}

function listPulls(github: Github, { url }: Asked): Answer {
  const wanted = url.searchParams;
  const found = github.pulls.filter(
    ({ head, base, isOpen }) =>
      isOpen === (wanted.get('state') === 'open') &&
      `acme:${head}` === wanted.get('head') &&
      base === wanted.get('base'),
  );
  return paged(
    url,
    found.map((pull) => ({
      ...exampleOf(github, 'pull-request-simple-items'),
      requested_teams: [],
      html_url: pullAddress(github, pull),
      title: pull.title,
    })),
  );
}

function openPull(github: Github, { body }: Asked): Answer {
  const {
    title,
    head,
    base,
    body: text,
  }: Record<'title' | 'head' | 'base' | 'body', string> = JSON.parse(body.toString());
  if (github.pulls.some((pull) => pull.isOpen && pull.head === head && pull.base === base)) {
    const errors = [
      { resource: 'PullRequest', code: 'custom', message: `A pull request already exists for acme:${head}.` },
    ];
    return { status: 422, json: { message: 'Validation Failed', errors, documentation_url: 'https://docs.example' } };
  }
  const pull = { number: github.nextId(), title, head, base, body: text, isOpen: true };
  github.pulls.push(pull);
  return {
    status: 201,
    json: { ...exampleOf(github, 'pull-request'), requested_teams: [], html_url: pullAddress(github, pull) },
  };
}

/** An example of GitHub's own, or the first of a list of them. The teams of theirs break their own description. */
function exampleOf(github: Github, name: string, member?: string): object {
  const whole = github.example(name);
  const found: unknown = member === undefined ? whole : Reflect.get(Object(whole), member);
  const one: unknown = Array.isArray(found) ? found[0] : found;
  assert.ok(typeof one === 'object' && one !== null, name);
  return one;
}

function pullAddress(github: Github, { number }: StoredPull): string {
  return `${github.address}/acme/tiny/pull/${number}`;
}

interface ReleaseBody {
  readonly tag_name?: string;
  readonly name?: string;
  readonly body?: string;
  readonly draft?: boolean;
  readonly prerelease?: boolean;
  readonly make_latest?: string;
}

function invalid(code: string): Answer {
  const errors = [{ resource: 'Release', code, field: 'tag_name' }];
  return { status: 422, json: { message: 'Validation Failed', errors, documentation_url: 'https://docs.example' } };
}

function makeRelease(github: Github, { body }: Asked): Answer {
  const json: ReleaseBody = JSON.parse(body.toString());
  const { tag_name: tag = '', name: title = '', body: notes = '', draft = false, prerelease = false } = json;
  if (!draft) github.violations.push('a release is made that is no draft');
  if ('target_commitish' in json) github.violations.push('a commit is named for the tag');
  if (github.releases.some((other) => other.tag === tag && !other.isDraft)) return invalid('already_exists');
  const id = github.nextId();
  const release = { id, tag, title, notes, isDraft: draft, isPrerelease: prerelease, isImmutable: false, assets: [] };
  github.releases.push(release);
  return { ...one(github, release), status: 201 };
}

function editRelease(github: Github, { body }: Asked, release: StoredRelease): Answer {
  const json: ReleaseBody = JSON.parse(body.toString());
  const publishes = json.draft === false && release.isDraft;
  if (publishes && github.releases.some((other) => other.tag === release.tag && !other.isDraft))
    return invalid('already_exists');
  if (json.draft === true && !release.isDraft) github.violations.push('a published release becomes a draft');
  if (publishes && !github.tags.has(release.tag)) github.violations.push(`publishing makes the tag ${release.tag}`);
  // GitHub's default for what becomes public is "true".
  const makesLatest = (json.make_latest ?? (publishes ? 'true' : '')) === 'true';
  if (publishes && json.make_latest === undefined) github.violations.push('the latest flag is left to its default');
  Object.assign(release, {
    isDraft: json.draft ?? release.isDraft,
    notes: json.body ?? release.notes,
    title: json.name ?? release.title,
    isPrerelease: json.prerelease ?? release.isPrerelease,
    isImmutable: release.isImmutable || (publishes && github.locksReleases),
  });
  if (makesLatest && !release.isDraft && !release.isPrerelease) github.latest = release.id;
  else if (json.make_latest === 'false' && github.latest === release.id) github.latest = undefined;
  return one(github, release);
}

function storeAsset(github: Github, { url, body, isUpload }: Asked, release: StoredRelease): Answer {
  const name = url.searchParams.get('name') ?? '';
  if (!isUpload) github.violations.push('a file is sent to the API');
  if (!release.isDraft) github.violations.push(`${name} is added to a published release`);
  if (release.assets.some((asset) => asset.name === name)) {
    const errors = [{ resource: 'ReleaseAsset', code: 'already_exists', field: 'name' }];
    return { status: 422, json: { message: 'Validation Failed', errors } };
  }
  const asset: StoredAsset = { id: github.nextId(), name, state: 'uploaded', bytes: body };
  release.assets.push(asset);
  return { status: 201, json: assetJson(asset, addresses(github).api) };
}

function assetAnswer(github: Github, { method, headers }: Asked, id: number): Answer {
  const release = github.releases.find(({ assets }) => assets.some((asset) => asset.id === id));
  const asset = release?.assets.find((one) => one.id === id);
  if (release === undefined || asset === undefined) return missing;
  if (method === 'DELETE') {
    if (asset.state === 'uploaded' || !release.isDraft) github.violations.push(`the file ${asset.name} is deleted`);
    release.assets = release.assets.filter((one) => one !== asset);
    return { status: 204 };
  }
  if (headers.accept !== 'application/octet-stream')
    return { status: 200, json: assetJson(asset, addresses(github).api) };
  return { status: 302, headers: { location: `${github.filesAddress}/${id}?signature=abc` } };
}
