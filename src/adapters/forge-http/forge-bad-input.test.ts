import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { ForgeInterference, ForgeServer } from '../../../test/make/forge-servers.ts';
import { startForgeServer } from '../../../test/make/forge-servers.ts';
import { openHostedForge } from '../../../test/make/hosted-forge.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { contractTags, sampleTagObject } from '../../ports/forge.contract.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import type { HostedForge } from './forge-options.ts';

type Reply = readonly [status: number, body: object | string, headers?: Readonly<Record<string, string>>];

/** How one forge says what all of them say. */
interface Dialect {
  readonly kind: 'github' | 'forgejo' | 'gitlab';
  readonly variable: string;
  /** A token that lacks a right, and the name of the right. */
  readonly narrow: Reply;
  readonly right: RegExp;
  /** Answered to a question about the repository itself, where 404 needs an explanation. */
  readonly repository: Reply;
  readonly hidden: RegExp;
  /** "Too many", with the seconds to wait. */
  readonly limited: (seconds: number) => Reply;
  /** Where a read of a repository with a new name is led, and how a write is refused. */
  readonly moved: (path: string, server: ForgeServer) => string;
  readonly movedWrite: Reply | 'redirect';
  readonly newName: string;
  readonly isFile: (path: string) => boolean;
}

/** The clock of a test stands still there. */
const now = Date.UTC(2026, 0, 1) / 1000;

const dialects: readonly Dialect[] = [
  {
    kind: 'github',
    variable: 'GITHUB_TOKEN',
    narrow: [
      403,
      { message: 'Resource not accessible by personal access token' },
      { 'x-accepted-github-permissions': 'contents=write' },
    ],
    right: /the right "contents=write"/,
    repository: [200, { full_name: 'acme/tiny', permissions: { push: false } }],
    hidden: /the token in GITHUB_TOKEN may only read/,
    limited: (seconds) => [
      403,
      { message: 'You have exceeded a secondary rate limit.' },
      { 'retry-after': String(seconds) },
    ],
    moved: (path, { address }) => `${address}/api/v3/repositories/7/${path}`,
    movedWrite: 'redirect',
    newName: 'acme/teeny',
    isFile: (path) => /^releases\/assets\/\d+$/.test(path),
  },
  {
    kind: 'forgejo',
    variable: 'GITEA_TOKEN',
    narrow: [
      403,
      { message: 'token does not have at least one of required scope(s), required=[write:repository], token scope=' },
    ],
    right: /the scope "write:repository"/,
    repository: [200, {}],
    hidden: /the token in GITEA_TOKEN may not see it/,
    limited: (seconds) => [429, { message: 'Too Many Requests' }, { 'retry-after': String(seconds) }],
    moved: (path, { address }) => `${address}${path.replace('/acme/tiny', '/acme/teeny')}`,
    movedWrite: 'redirect',
    newName: 'acme/teeny',
    isFile: (path) => path.startsWith('/attachments/'),
  },
  {
    kind: 'gitlab',
    variable: 'GITLAB_TOKEN',
    narrow: [403, { error: 'insufficient_scope', error_description: 'more is needed', scope: 'api' }],
    right: /the scope "api"/,
    repository: [200, {}],
    hidden: /the token in GITLAB_TOKEN may not see it/,
    limited: (seconds) => [
      429,
      'Retry later\n',
      { 'ratelimit-remaining': '0', 'ratelimit-reset': String(now + seconds), 'content-type': 'text/plain' },
    ],
    moved: (path, { address }) => `${address}${path.replace('acme%2Ftiny', '7')}`,
    movedWrite: [405, { message: 'Non GET methods are not allowed for moved projects' }],
    newName: 'acme/teeny',
    isFile: (path) => path.includes('/packages/generic/'),
  },
];

const tag = 'v1.2.3';
const draft = { tag, title: 'Tiny v1.2.3', notes: 'notes', prerelease: false };
const verified = { object: sampleTagObject(tag) };
const bytes = new TextEncoder().encode('app');
const asset = { name: 'app', digest: digestOf(bytes), size: bytes.length };

for (const dialect of dialects) {
  const claim = (text: string, body: (opened: Opened) => Promise<void>): void => {
    test(`${dialect.kind}: ${text}`, async (t) => body(await open(t, dialect)));
  };

  claim('an expired token is called so by its variable, for reads and writes, and nothing is done', async (opened) => {
    const { server, openWith } = opened;
    const old = openWith({ ...server.environment, [dialect.variable]: 'an-old-token' });
    for (const act of [() => old.findRelease(tag), () => old.createDraft(draft)]) {
      const said = await failure(act(), 'UNAUTHENTICATED');
      match(said, new RegExp(`to the token in ${dialect.variable}.*expired`, 's'));
      ok(!said.includes('an-old-token'), said);
    }
    deepEqual(server.shown(), []);
  });

  claim('a token that lacks a right is told which one, in the words of the forge', async ({ server, forge }) => {
    server.interfere(writes(dialect.narrow));
    const said = await failure(forge.createDraft(draft), 'FORBIDDEN');
    match(said, new RegExp(`${dialect.variable} lacks`));
    match(said, dialect.right);
  });

  claim('a 404 for a write is explained as the right that is missing', async ({ server, forge }) => {
    server.interfere(({ method, path }, response) => {
      if (method !== 'GET') return send(response, [404, { message: 'Not Found' }]);
      return path === '' ? send(response, dialect.repository) : undefined;
    });
    match(await failure(forge.createDraft(draft), 'FORBIDDEN'), dialect.hidden);
    deepEqual(server.shown(), []);
  });

  claim('a rate limit that ends soon is waited for and no longer, one that lasts is told', async (opened) => {
    const { server, forge, timing } = opened;
    server.interfere(once(writes(dialect.limited(30))));
    await forge.createDraft(draft);
    equal(server.shown().length, 1);
    ok((timing.waits[0] ?? 0) >= 30_000 && (timing.waits[0] ?? 0) < 33_000, String(timing.waits));
    server.interfere(all(dialect.limited(3600)));
    match(await failure(forge.updateNotes(tag, { notes: 'x', deprecated: false }), 'RATE_LIMITED'), /again after 2026/);
  });

  claim('a repository that was renamed is read on, and a write says that it has moved', async (opened) => {
    const { server, forge, warnings } = opened;
    server.interfere(({ method, path }, response) => {
      if (/repositories\/7|acme\/teeny|projects\/7/.test(path)) return send(response, atNewName(path));
      if (method !== 'GET' && dialect.movedWrite !== 'redirect') return send(response, dialect.movedWrite);
      return send(response, [method === 'GET' ? 301 : 307, '', { location: dialect.moved(path, server) }]);
    });
    equal(await forge.findRelease(tag), undefined);
    match(warnings.join(), new RegExp(`is "${dialect.newName}" now: write its new name`));
    const said = await failure(forge.createDraft(draft), 'CONFIG_INVALID');
    match(said, /the repository has moved.*Write its new name into cutwater\.yaml/s);
  });

  claim('a file that is listed and was deleted is said to be gone', async ({ server, forge }) => {
    await forge.createDraft(draft);
    await forge.uploadAsset(tag, asset, content);
    server.interfere(({ path }, response) => (dialect.isFile(path) ? send(response, [404, {}]) : undefined));
    match(await failure(drain(forge.downloadAsset(tag, 'app')), 'CONTENT_MISSING'), /does not have it.*who deleted/s);
  });

  claim('an HTML page is no answer, to a read as to a write', async ({ server, forge }) => {
    const page: Reply = [200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }];
    server.interfere(all(page));
    match(await failure(forge.findRelease(tag), 'BAD_REPLY'), /an HTML page.*forge\.address/s);
    match(await failure(forge.listReleases(), 'BAD_REPLY'), /an HTML page/);
    server.interfere(writes(page));
    match(await failure(forge.createDraft(draft), 'BAD_REPLY'), /an HTML page/);
  });

  claim('a release someone published by hand before its files gets none', async ({ server, forge }) => {
    server.add({ tag, isDraft: false, files: [] });
    const before = server.shown();
    await forge.createDraft(draft);
    match(await failure(forge.uploadAsset(tag, asset, content), 'ASSET_CONFLICT'), /published without it/);
    await forge.publish(tag, verified);
    deepEqual(server.shown(), before);
  });

  claim('half a release of another tool is seen with its files, and none of them is replaced', async (opened) => {
    const { server, forge } = opened;
    server.add({ tag, isDraft: true, files: ['tiny.deb', 'app'] });
    await forge.createDraft(draft);
    deepEqual(
      (await forge.findRelease(tag))?.assets.map(({ name }) => name),
      ['app', 'tiny.deb'],
    );
    const wrong = { ...asset, digest: digestOf('other'), size: 5 };
    await failure(forge.uploadAsset(tag, wrong, content), 'ASSET_CONFLICT');
    equal(server.shown().length, 1);
  });
}

interface Opened {
  readonly server: ForgeServer;
  readonly forge: HostedForge;
  readonly timing: ReturnType<typeof fastTiming>;
  readonly warnings: readonly string[];
  readonly openWith: (environment: Readonly<Record<string, string>>) => HostedForge;
}

async function open(t: TestContext, { kind }: Dialect): Promise<Opened> {
  const server = await startForgeServer(t, kind, new Map(contractTags.map((name) => [name, sampleTagObject(name)])));
  const timing = fastTiming();
  const warnings: string[] = [];
  const onWarning = (text: string): void => void warnings.push(text);
  const openWith: Opened['openWith'] = (environment) =>
    openHostedForge(t, { kind, host: { ...server, environment } }, { timing, onWarning });
  return { server, timing, warnings, openWith, forge: openWith(server.environment) };
}

function send(response: ServerResponse, [status, body, headers = {}]: Reply): 'answered' {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  return 'answered';
}

function all(reply: Reply): ForgeInterference {
  return (_, response) => send(response, reply);
}

function writes(reply: Reply): ForgeInterference {
  return ({ method }, response) => (method === 'GET' ? undefined : send(response, reply));
}

function once(interference: ForgeInterference): ForgeInterference {
  let isDone = false;
  return (request, response) => {
    const answered = isDone ? undefined : interference(request, response);
    if (answered !== undefined) isDone = true;
    return answered;
  };
}

/** The repository under its new name: it has no releases. */
function atNewName(path: string): Reply {
  if (/(?:repositories|projects)\/7$/.test(path))
    return [200, { full_name: 'acme/teeny', path_with_namespace: 'acme/teeny' }];
  return /\/releases\/(?:tags\/)?v/.test(path) ? [404, {}] : [200, []];
}

/** Message and hint of the error, which must have this code. */
async function failure(effect: Promise<unknown>, code: ErrorCode): Promise<string> {
  let said = '';
  await rejects(effect, (error) => {
    ok(isCutwaterError(error), String(error));
    equal(error.code, code, error.message);
    said = `${error.message}\n${error.hint}`;
    return true;
  });
  return said;
}

async function* content(): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}
