import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scope } from './folder.ts';
import { listenAsForge } from './forge-listener.ts';

export const gitlabToken = 'glpat-test-token-that-may-write';

interface StoredFile {
  readonly id: number;
  readonly tag: string;
  readonly name: string;
  readonly bytes: Buffer;
}

interface StoredRelease {
  readonly tag: string;
  readonly title: string;
  notes: string;
  readonly links: readonly { readonly name: string; readonly url: string }[];
}

export interface GitlabServer {
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly releases: StoredRelease[];
  files: StoredFile[];
  readonly tags: Map<string, string>;
  readonly requests: { readonly from: string; readonly into: string; isOpen: boolean }[];
  readonly statuses: { readonly name: string; readonly status: string }[];
  readonly violations: string[];
  interfere: (request: IncomingMessage, response: ServerResponse) => 'answered' | undefined;
  /** Keeps releases, files and merge requests as they are now; what it gives puts them back. */
  keep(): () => void;
}

type Answer = readonly [status: number, json?: unknown, headers?: Readonly<Record<string, string>>];

const project = '/api/v4/projects/acme%2Ftiny';

/** Which parameters the documented API takes, by method and path: a question that uses others is a mistake of ours. */
const known: readonly (readonly [pattern: RegExp, parameters: readonly string[]])[] = [
  [/^GET \/releases$/, ['per_page', 'page', 'order_by', 'sort']],
  [/^(?:GET|PUT|DELETE) \/releases\/[^/]+$/, []],
  [/^POST \/releases$/, []],
  [/^GET \/packages$/, ['package_type', 'package_name', 'package_version', 'per_page', 'page']],
  [/^GET \/packages\/\d+\/package_files$/, ['per_page', 'page']],
  [/^DELETE \/packages\/\d+\/package_files\/\d+$/, []],
  [/^PUT \/packages\/generic\/[A-Za-z0-9._+-]+\/[A-Za-z0-9._+-]+\/(?:[A-Za-z0-9._+~-]|%2B)+$/, ['select', 'status']],
  [/^GET \/packages\/generic\/[^/]+\/[^/]+\/[^/]+$/, []],
  [/^GET \/repository\/tags\/[^/]+$/, []],
  [/^GET \/repository\/commits\/[0-9a-f]{40}\/statuses$/, ['per_page', 'page']],
  [/^GET \/merge_requests$/, ['state', 'source_branch', 'target_branch', 'per_page', 'page']],
  [/^POST \/merge_requests$/, []],
];

/** A GitLab with one project, on loopback, strict about what its documentation says. */
export async function startGitlabServer(scope: Scope, tags: ReadonlyMap<string, string>): Promise<GitlabServer> {
  const address = await listenAsForge(
    scope,
    ({ request, response, body }) => {
      if (gitlab.interfere(request, response) === 'answered') return;
      const [status, json, headers = {}] = respond(gitlab, request, body);
      response.writeHead(status, headers).end(json instanceof Buffer ? json : json && JSON.stringify(json));
    },
    () => gitlab.violations,
  );
  const gitlab: GitlabServer = {
    address,
    environment: { GITLAB_TOKEN: gitlabToken, CI_SERVER_URL: address },
    releases: [],
    files: [],
    tags: new Map(tags),
    requests: [],
    statuses: [],
    violations: [],
    interfere: () => undefined,
    keep: () => {
      const files = [...gitlab.files];
      const kept = structuredClone({ releases: gitlab.releases, requests: gitlab.requests });
      return () => {
        gitlab.files = [...files];
        const { releases, requests } = structuredClone(kept);
        gitlab.releases.splice(0, Infinity, ...releases);
        gitlab.requests.splice(0, Infinity, ...requests);
      };
    },
  };
  return gitlab;
}

interface Asked {
  readonly method: string;
  /** Below the project, decoded. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly url: URL;
  readonly body: Buffer;
}

function respond(gitlab: GitlabServer, request: IncomingMessage, body: Buffer): Answer {
  const { method = 'GET', headers } = request;
  const url = new URL(request.url ?? '/', gitlab.address);
  if (!url.pathname.startsWith(`${project}/`)) return [404, { message: '404 Project Not Found' }];
  const path = url.pathname.slice(project.length);
  const parameters = known.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1];
  if (parameters === undefined) gitlab.violations.push(`${method} ${path} is documented nowhere`);
  for (const name of url.searchParams.keys())
    if (parameters?.includes(name) !== true) gitlab.violations.push(`${method} ${path} takes no ${name}`);
  const token = headers['private-token'] ?? headers['job-token'];
  if (token !== undefined && token !== gitlabToken) return [401, { message: '401 Unauthorized' }];
  if (token === undefined && method !== 'GET') return [401, { message: '401 Unauthorized' }];
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const asked = { method, parts, query: url.searchParams, url, body };
  switch (parts[0] ?? '') {
    case 'releases':
      return answerRelease(gitlab, asked);
    case 'packages':
      return answerPackage(gitlab, asked);
    case 'repository': {
      if (parts[1] === 'commits') return paged(url, gitlab.statuses);
      const object = gitlab.tags.get(parts[2] ?? '');
      return object === undefined ? missing : [200, { name: parts[2], target: object, commit: { id: object } }];
    }
    default:
      return answerMergeRequest(gitlab, asked);
  }
}

const missing: Answer = [404, { message: '404 Not found' }];

function answerRelease(gitlab: GitlabServer, { method, parts, url, body }: Asked): Answer {
  const [, tag] = parts;
  if (method === 'POST') {
    const { tag_name: name, name: title, description: notes, assets, ...more } = JSON.parse(body.toString());
    for (const member of Object.keys(more)) gitlab.violations.push(`a release is made with ${member}`);
    if (gitlab.releases.some((release) => release.tag === name)) return [409, { message: 'Release already exists' }];
    if (!gitlab.tags.has(name)) return [422, { message: 'Ref is not specified' }];
    const paths = assets.links.map((link: { direct_asset_path: string }) => link.direct_asset_path);
    if (paths.some((path: string) => !/^\/([\w.+-]+\/)*[\w.+-]+$/.test(path))) return [400, { message: 'bad path' }];
    gitlab.releases.unshift({ tag: name, title, notes, links: assets.links });
    return [201, releaseJson(gitlab.releases[0])];
  }
  if (tag === undefined) return paged(url, gitlab.releases.map(releaseJson));
  const release = gitlab.releases.find((one) => one.tag === tag);
  if (release === undefined) return missing;
  if (method === 'PUT') release.notes = JSON.parse(body.toString()).description;
  else if (method !== 'GET') gitlab.violations.push(`${method} of a release`);
  return [200, releaseJson(release)];
}

function releaseJson(release: StoredRelease | undefined): object {
  assert.ok(release);
  const links = release.links.map((link, id) => ({ id, ...link, link_type: 'other' }));
  return { tag_name: release.tag, name: release.title, description: release.notes, assets: { count: 0, links } };
}

let ids = 50;

function answerPackage(gitlab: GitlabServer, { method, parts, query, url, body }: Asked): Answer {
  const [, id = '', , file] = parts;
  if (id === '') {
    const tags = [...new Set(gitlab.files.map(({ tag }) => tag))];
    const found = tags.filter((tag) => tag === query.get('package_version'));
    // The search by name finds what is similar, too.
    const packages = found.flatMap((version) => [
      { id: 9999, name: `${String(query.get('package_name'))}-old`, version },
      { id: packageId(gitlab, version), name: query.get('package_name'), version },
    ]);
    return paged(url, packages);
  }
  if (id === 'generic') {
    const [, , name, tag = '', asset = ''] = parts;
    assert.equal(name, 'release-files');
    if (method === 'GET') {
      const last = gitlab.files.findLast((one) => one.tag === tag && one.name === asset);
      return last === undefined ? missing : [200, last.bytes];
    }
    if (gitlab.releases.some((release) => release.tag === tag))
      gitlab.violations.push('a file comes after the release');
    const stored = { id: (ids += 1), tag, name: asset, bytes: body };
    gitlab.files.push(stored);
    return [201, fileJson(gitlab, stored)];
  }
  // What another tool keeps under a similar name.
  if (Number(id) === 9999) return [200, [{ id: 1, package_id: 9999, file_name: 'app', size: 9 }]];
  const files = gitlab.files.filter(({ tag }) => packageId(gitlab, tag) === Number(id));
  if (method === 'GET')
    return paged(
      url,
      files.map((one) => fileJson(gitlab, one)),
    );
  const removed = files.find((one) => one.id === Number(file));
  const isTwin = files.some(({ id: other, name }) => name === removed?.name && other !== removed.id);
  if (removed === undefined || !isTwin || gitlab.releases.some(({ tag }) => tag === removed.tag))
    gitlab.violations.push('a file is deleted that is no second one before its release');
  gitlab.files = gitlab.files.filter((one) => one !== removed);
  return [204];
}

function packageId({ files }: GitlabServer, tag: string): number {
  return files.find((file) => file.tag === tag)?.id ?? 0;
}

function fileJson(gitlab: GitlabServer, { id, tag, name, bytes }: StoredFile): object {
  const file_sha256 = createHash('sha256').update(bytes).digest('hex');
  return { id, package_id: packageId(gitlab, tag), file_name: name, size: bytes.length, file_sha256 };
}

function answerMergeRequest(gitlab: GitlabServer, { method, query, url, body }: Asked): Answer {
  const json = (request: GitlabServer['requests'][number]): object => ({
    web_url: `${gitlab.address}/acme/tiny/-/merge_requests/${gitlab.requests.indexOf(request) + 1}`,
    source_project_id: 1,
    target_project_id: 1,
  });
  if (method === 'GET') {
    const open = gitlab.requests.filter(
      ({ from, into, isOpen }) => isOpen && from === query.get('source_branch') && into === query.get('target_branch'),
    );
    return paged(url, open.map(json));
  }
  const { source_branch: from, target_branch: into, title, description, ...more } = JSON.parse(body.toString());
  assert.deepEqual([typeof title, typeof description, more], ['string', 'string', {}]);
  if (gitlab.requests.some((one) => one.isOpen && one.from === from && one.into === into))
    return [409, { message: ['Another open merge request already exists for this source branch: !1'] }];
  const request = { from, into, isOpen: true };
  gitlab.requests.push(request);
  return [201, json(request)];
}

function paged(url: URL, items: readonly unknown[]): Answer {
  const size = Number(url.searchParams.get('per_page') ?? '20');
  const page = Number(url.searchParams.get('page') ?? '1');
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  const link = page * size < items.length ? { link: `<${next.href}>; rel="next"` } : {};
  return [200, items.slice((page - 1) * size, page * size), { ...link, 'content-type': 'application/json' }];
}
