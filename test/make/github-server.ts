import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Scope } from './folder.ts';
import type { StoredAsset, StoredRelease } from './github-data.ts';
import type { Github, StoredPull } from './github-answers.ts';
import { answerAsGithub, githubPaths, githubToken } from './github-answers.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';
import type { JudgedRequest, OpenapiJudge } from './openapi-judge.ts';
import { loadOpenapiJudge } from './openapi-judge.ts';

export interface SeenByGithub {
  readonly method: string;
  /** Path below `/api/v3/repos/acme/tiny/`, with the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers instead of the server; undefined where the server shall answer. */
export type Interference = (request: SeenByGithub, response: ServerResponse) => 'answered' | undefined;

export interface GithubServer {
  /** `http://127.0.0.1:PORT`, as forge.address. */
  readonly address: string;
  readonly repository: string;
  /** Lets a run speak to it as someone who may write. */
  readonly environment: Readonly<Record<string, string>>;
  readonly releases: StoredRelease[];
  readonly pulls: StoredPull[];
  /** By commit, members of the shapes GitHub gives. */
  readonly checks: Map<string, { readonly runs?: readonly object[]; readonly statuses?: readonly object[] }>;
  /** Tag name to tag object. */
  readonly tags: Map<string, string>;
  latest: number | undefined;
  /** What was asked, in order. */
  readonly log: string[];
  /** What a client must never do, and what breaks GitHub's description of its API. */
  readonly violations: string[];
  interfere: Interference;
  /** From now on a release that is published is locked. */
  locksReleases: boolean;
  /** Keeps releases, pull requests and the latest flag as they are now; what it gives puts them back. */
  keep(): () => void;
  newAsset(release: StoredRelease, name: string, state: StoredAsset['state'], bytes?: Buffer): void;
  close(): Promise<void>;
}

const { api, uploads } = githubPaths;

/**
 * A GitHub Enterprise Server with one repository, on loopback. Each request and each of its own replies is judged by the
 * OpenAPI description that GitHub publishes. Without a scope whoever starts it closes it.
 */
export async function startGithub(scope: Scope | undefined, tags: ReadonlyMap<string, string>): Promise<GithubServer> {
  const description = fileURLToPath(import.meta.resolve('@octokit/openapi/generated/api.github.com.json'));
  const judge = await loadOpenapiJudge(description);
  const server = createServer((request, response) => void answer(github, judge, { request, response }));
  const files = createServer((request, response) => sendFile(github, request, response));
  const [port, filesPort] = await Promise.all([listenOnLoopback(server), listenOnLoopback(files)]);
  let ids = 100;
  const github: Github = {
    address: `http://127.0.0.1:${port}`,
    repository: 'acme/tiny',
    environment: { GITHUB_TOKEN: githubToken, GITHUB_SERVER_URL: `http://127.0.0.1:${port}` },
    releases: [],
    pulls: [],
    checks: new Map(),
    example: judge.example,
    tags: new Map(tags),
    latest: undefined,
    log: [],
    violations: [],
    interfere: () => undefined,
    locksReleases: false,
    filesAddress: `http://127.0.0.1:${filesPort}`,
    nextId: () => (ids += 1),
    keep: () => {
      const kept = { releases: copies(github.releases), pulls: structuredClone(github.pulls), latest: github.latest };
      return () => {
        github.releases.splice(0, Infinity, ...copies(kept.releases));
        github.pulls.splice(0, Infinity, ...structuredClone(kept.pulls));
        github.latest = kept.latest;
      };
    },
    newAsset: (release, name, state, bytes = Buffer.alloc(0)) =>
      release.assets.push({ id: github.nextId(), name, state, bytes }),
    close: async () => {
      await Promise.all([server, files].map(closeServer));
    },
  };
  scope?.after(async () => {
    await github.close();
    assert.deepEqual(github.violations, []);
  });
  return github;
}

function copies(releases: readonly StoredRelease[]): readonly StoredRelease[] {
  return releases.map((release) => ({ ...release, assets: release.assets.map((asset) => ({ ...asset })) }));
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(github: Github, judge: OpenapiJudge, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', github.address);
  const isUpload = url.pathname.startsWith(uploads);
  const path = url.pathname.replace(isUpload ? uploads : api, '');
  const seen = {
    method: request.method ?? '',
    path: `${path.replace(/^\//, '')}${url.search}`,
    headers: request.headers,
  };
  github.log.push(`${seen.method} ${seen.path}`);
  try {
    const body = await readBody(request);
    if (github.interfere(seen, response) === 'answered') return;
    const judged: JudgedRequest = {
      method: seen.method,
      path: `/repos/acme/tiny${path}`,
      query: url.searchParams,
      contentType: request.headers['content-type'],
      body,
    };
    github.violations.push(...judge.judgeRequest(judged));
    const given = answerAsGithub(github, { path, url, body, isUpload, headers: request.headers, method: seen.method });
    // The list of states in the description lacks the one that its own text and the real server have.
    const json: unknown = JSON.parse(JSON.stringify(given.json ?? null).replaceAll('"starter"', '"open"'));
    // 401 and 404 are not described for all that answer with them.
    if (given.status !== 401 && given.status !== 404)
      github.violations.push(...judge.judgeReply(judged, { status: given.status, json: given.json && json }));
    for (const [name, value] of Object.entries(given.headers ?? {})) response.setHeader(name, value);
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.writeHead(given.status).end(given.json === undefined ? undefined : JSON.stringify(given.json));
  } catch (error) {
    // An upload that broke off leaves a row without a file.
    const release = github.releases.find(({ id }) => path === `/releases/${id}/assets`);
    const name = url.searchParams.get('name');
    if (isUpload && release !== undefined && name !== null && !release.assets.some((asset) => asset.name === name))
      github.newAsset(release, name, 'starter');
    else if (request.complete) github.violations.push(String(error));
    response.destroy();
  }
}

/** Files are kept on another host, which must never see the token. */
function sendFile(github: Github, request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.authorization !== undefined) github.violations.push('the token is sent to the host of the files');
  const id = Number(/^\/(\d+)\?/.exec(request.url ?? '')?.[1]);
  const asset = github.releases.flatMap(({ assets }) => assets).find((one) => one.id === id);
  if (asset === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-length': asset.bytes.length }).end(asset.bytes);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks);
}
