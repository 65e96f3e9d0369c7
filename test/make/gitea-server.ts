import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scope } from './folder.ts';
import type { ForgeRequest } from './forge-listener.ts';
import { listenAsForge } from './forge-listener.ts';

export const giteaToken = 'gitea-test-token-that-may-write';

interface StoredRelease {
  readonly id: number;
  readonly tag: string;
  title: string;
  notes: string;
  isDraft: boolean;
  isPrerelease: boolean;
  assets: { readonly id: number; readonly name: string; readonly bytes: Buffer }[];
}

export interface GiteaServer {
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly releases: StoredRelease[];
  readonly tags: Map<string, string>;
  /** Tags whose push the server has not looked at yet. */
  readonly unnoticed: Set<string>;
  readonly pulls: { readonly head: string; readonly base: string; isOpen: boolean }[];
  readonly statuses: { readonly id: number; readonly context: string; readonly status: string }[];
  readonly violations: string[];
  interfere: (request: IncomingMessage, response: ServerResponse) => 'answered' | undefined;
  /** Keeps releases and pull requests as they are now; what it gives puts them back. */
  keep(): () => void;
  /** Looks at the pushes, as Gitea does some time after them: a draft of such a tag becomes public. */
  noticePushes(): void;
}

type Answer = readonly [status: number, json?: unknown];

/** A Gitea with one repository `acme/tiny`, on loopback. `test/real` holds it to a real one. */
export async function startGiteaServer(scope: Scope, tags: ReadonlyMap<string, string>): Promise<GiteaServer> {
  const address = await listenAsForge(
    scope,
    (asked) => {
      const { request, response } = asked;
      if (gitea.interfere(request, response) === 'answered') return;
      const [status, json] = respond(gitea, asked);
      if (json instanceof Buffer) response.writeHead(status).end(json);
      else
        response
          .setHeader('content-type', 'application/json')
          .writeHead(status)
          .end(json && JSON.stringify(json));
    },
    () => gitea.violations,
  );
  const gitea: GiteaServer = {
    address,
    environment: { GITEA_TOKEN: giteaToken, GITEA_SERVER_URL: address },
    releases: [],
    tags: new Map(tags),
    unnoticed: new Set(),
    pulls: [],
    statuses: [],
    violations: [],
    interfere: () => undefined,
    keep: () => {
      const kept = { releases: copies(gitea.releases), pulls: structuredClone(gitea.pulls) };
      return () => {
        gitea.releases.splice(0, Infinity, ...copies(kept.releases));
        gitea.pulls.splice(0, Infinity, ...structuredClone(kept.pulls));
      };
    },
    noticePushes: () => {
      for (const release of gitea.releases) if (gitea.unnoticed.has(release.tag)) release.isDraft = false;
      gitea.unnoticed.clear();
    },
  };
  return gitea;
}

function copies(releases: readonly StoredRelease[]): readonly StoredRelease[] {
  return releases.map((release) => ({ ...release, assets: [...release.assets] }));
}

let ids = 10;

function respond(gitea: GiteaServer, asked: ForgeRequest): Answer {
  const { request, body } = asked;
  const { method = 'GET' } = request;
  const url = new URL(request.url ?? '/', gitea.address);
  const { authorization } = request.headers;
  const mayWrite = authorization === `token ${giteaToken}`;
  if (authorization !== undefined && !mayWrite) return [401, { message: 'user does not exist [uid: 0, name: ]' }];
  const file = /^\/attachments\/([0-9a-f-]+)$/.exec(url.pathname)?.[1];
  if (file !== undefined) return sendFile(gitea, Number.parseInt(file.slice(0, 8), 16));
  const path = url.pathname.replace('/api/v1/repos/acme/tiny/', '');
  if (method !== 'GET' && !mayWrite) return [401, { message: 'token is required' }];
  const [first, second = '', third = '', fourth = ''] = path.split('/').map(decodeURIComponent);
  if (path.startsWith('git/refs/tags/')) return tagRefs(gitea, path.slice('git/refs/tags/'.length));
  if (first === 'commits') return [200, page(gitea.statuses, url, asked.response)];
  if (first === 'pulls') return method === 'GET' ? listPulls(gitea, asked, url) : openPull(gitea, body);
  if (path === 'releases')
    return method === 'GET' ? listReleases(gitea, asked, { url, mayWrite }) : makeRelease(gitea, body);
  if (path === 'releases/latest') {
    const latest = gitea.releases.findLast(({ isDraft, isPrerelease }) => !isDraft && !isPrerelease);
    return latest === undefined ? missing : [200, releaseJson(latest, gitea)];
  }
  const release = gitea.releases.find(({ id, tag }) => (second === 'tags' ? tag === third : id === Number(second)));
  if (release === undefined || (release.isDraft && !mayWrite)) return missing;
  if (third === 'assets') return editAssets(gitea, { method, body, url, release, asset: Number(fourth) });
  if (method === 'PATCH') return editRelease(gitea, release, body);
  if (method !== 'GET') gitea.violations.push(`${method} ${path}`);
  return [200, releaseJson(release, gitea)];
}

const missing: Answer = [404, { message: 'The target could not be found.', url: 'https://docs.example' }];

function sendFile({ releases }: GiteaServer, id: number): Answer {
  const asset = releases.flatMap(({ assets }) => assets).find((one) => one.id === id);
  return asset === undefined ? [404] : [200, asset.bytes];
}

function tagRefs({ tags }: GiteaServer, prefix: string): Answer {
  const found = [...tags].filter(([name]) => name.startsWith(decodeURIComponent(prefix)));
  if (found.length === 0) return missing;
  return [200, found.map(([name, sha]) => ({ ref: `refs/tags/${name}`, object: { type: 'tag', sha } }))];
}

function listReleases(
  gitea: GiteaServer,
  { response }: ForgeRequest,
  { url, mayWrite }: { readonly url: URL; readonly mayWrite: boolean },
): Answer {
  const visible = gitea.releases.filter(({ isDraft }) => mayWrite || !isDraft).toReversed();
  return [200, page(visible, url, response).map((release) => releaseJson(release, gitea))];
}

function page<Item>(items: readonly Item[], url: URL, response: ServerResponse): readonly Item[] {
  const size = Math.min(50, Number(url.searchParams.get('limit') ?? '30'));
  const at = Number(url.searchParams.get('page') ?? '1');
  const next = new URL(url);
  next.searchParams.set('page', String(at + 1));
  if (at * size < items.length) response.setHeader('link', `<${next.href}>; rel="next"`);
  return items.slice((at - 1) * size, at * size);
}

function makeRelease(gitea: GiteaServer, body: Buffer): Answer {
  const { tag_name: tag, name, body: notes, draft, prerelease, ...more } = JSON.parse(body.toString());
  if (Object.keys(more).length > 0) gitea.violations.push(`unknown members ${Object.keys(more).join()}`);
  if (draft !== true) gitea.violations.push('a release is made that is no draft');
  if (gitea.releases.some((other) => other.tag === tag)) return [409, { message: 'Release is has no Tag' }];
  const release = { id: (ids += 1), tag, title: name, notes, isDraft: draft, isPrerelease: prerelease, assets: [] };
  gitea.releases.push(release);
  return [201, releaseJson(release, gitea)];
}

function editRelease(gitea: GiteaServer, release: StoredRelease, body: Buffer): Answer {
  const json = JSON.parse(body.toString());
  if (json.draft === false && !gitea.tags.has(release.tag)) gitea.violations.push('publishing makes a tag');
  Object.assign(release, { isDraft: json.draft ?? release.isDraft, notes: json.body || release.notes });
  return [200, releaseJson(release, gitea)];
}

interface AssetEdit {
  readonly method: string;
  readonly body: Buffer;
  readonly url: URL;
  readonly release: StoredRelease;
  readonly asset: number;
}

function editAssets(gitea: GiteaServer, { method, body, url, release, asset }: AssetEdit): Answer {
  if (method === 'DELETE') {
    const twin = release.assets.filter(({ name }) => name === release.assets.find(({ id }) => id === asset)?.name);
    if (!release.isDraft || twin.length < 2)
      gitea.violations.push('a file is deleted that is no second one of a draft');
    release.assets = release.assets.filter(({ id }) => id !== asset);
    return [204];
  }
  if (!release.isDraft) gitea.violations.push('a file is added to a published release');
  const stored = { id: (ids += 1), name: url.searchParams.get('name') ?? '', bytes: body };
  release.assets.push(stored);
  return [201, assetJson(stored, gitea)];
}

function listPulls(gitea: GiteaServer, { response }: ForgeRequest, url: URL): Answer {
  const open = gitea.pulls.filter(({ isOpen }) => isOpen === (url.searchParams.get('state') === 'open'));
  return [200, page(open, url, response).map((pull) => pullJson(gitea, pull))];
}

function openPull(gitea: GiteaServer, body: Buffer): Answer {
  const { head, base } = JSON.parse(body.toString());
  if (gitea.pulls.some((pull) => pull.isOpen && pull.head === head && pull.base === base))
    return [409, { message: 'pull request already exists for these targets' }];
  const pull = { head, base, isOpen: true };
  gitea.pulls.push(pull);
  return [201, pullJson(gitea, pull)];
}

function pullJson(gitea: GiteaServer, pull: GiteaServer['pulls'][number]): object {
  const html_url = `${gitea.address}/acme/tiny/pulls/${gitea.pulls.indexOf(pull) + 1}`;
  return { html_url, state: 'open', head: { ref: pull.head, repo_id: 1 }, base: { ref: pull.base, repo_id: 1 } };
}

function releaseJson(release: StoredRelease, gitea: GiteaServer): object {
  return {
    id: release.id,
    tag_name: release.tag,
    target_commitish: gitea.unnoticed.has(release.tag) || !gitea.tags.has(release.tag) ? 'main' : '',
    name: release.title,
    body: release.notes,
    draft: release.isDraft,
    prerelease: release.isPrerelease,
    assets: release.assets.map((asset) => assetJson(asset, gitea)),
  };
}

function assetJson({ id, name, bytes }: StoredRelease['assets'][number], { address }: GiteaServer): object {
  const uuid = `${id.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  return { id, uuid, name, size: bytes.length, browser_download_url: `${address}/attachments/${uuid}` };
}
