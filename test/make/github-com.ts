import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createProxy, request as ask } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { selfSigned } from '../../src/adapters/oci-http/scripted-certificate.ts';
import { answerHttp } from '../../src/registry-server/answer-http.ts';
import { createRegistry } from '../../src/registry-server/create-registry.ts';
import type { Scope } from './folder.ts';
import { makeFolder } from './folder.ts';
import { githubPaths, githubToken } from './github-answers.ts';
import type { GithubServer } from './github-server.ts';
import { startGithub } from './github-server.ts';

/** github.com with its API and ghcr.io, as a machine sees them through a proxy; there is nothing else on this internet. */
export interface GithubCom {
  readonly github: GithubServer;
  /** Where ghcr.io keeps its images. Whoever asks may read; nobody may write. */
  readonly registryFolder: string;
  /** The proxy, and who is trusted to be those hosts: for git, and for Cutwater. */
  readonly environment: Readonly<Record<string, string>>;
  /** Hosts that were asked for. */
  readonly asked: ReadonlySet<string>;
}

const hosts = ['github.com', 'api.github.com', 'uploads.github.com', 'ghcr.io'];

/** `origin` is the bare repository behind `https://github.com/OWNER/NAME`. */
export async function startGithubCom(
  scope: Scope,
  { repository, origin }: { readonly repository: string; readonly origin: string },
): Promise<GithubCom> {
  const github = await startGithub(scope, new Map());
  const folder = await makeFolder(scope);
  const registryFolder = join(folder, 'registry');
  const access = { anonymousRead: true, accounts: { isKnown: async () => false } };
  const serveImages = answerHttp(createRegistry({ folder: registryFolder, access }));
  const identity = selfSigned(hosts);
  const server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
    if (request.headers.host === 'ghcr.io') serveImages(request, response);
    else if (request.headers.host === 'github.com') serveGit({ request, response }, { repository, origin });
    else passOn({ request, response }, { github, repository });
  });
  const asked = new Set<string>();
  const proxy = createProxy((_, response) => response.writeHead(405).end());
  const port = await listen(scope, server);
  proxy.on('connect', (request: IncomingMessage, socket) => {
    const [host = ''] = (request.url ?? '').split(':');
    asked.add(host);
    if (!hosts.includes(host)) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const through = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(through).pipe(socket);
    });
    for (const end of [through, socket]) end.on('error', () => [through, socket].forEach((one) => one.destroy()));
  });
  const address = `http://127.0.0.1:${await listen(scope, proxy)}`;
  const authorities = join(folder, 'authorities.pem');
  await writeFile(authorities, identity.certificate);
  return {
    github,
    registryFolder,
    asked,
    environment: { https_proxy: address, NODE_EXTRA_CA_CERTS: authorities, GIT_SSL_CAINFO: authorities },
  };
}

/** The token of a maintainer, as the machine of one has it. */
export const maintainerToken = { GITHUB_TOKEN: githubToken } as const;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The REST API, under the repository's real name; about whatever else there is, it knows nothing. */
function passOn(
  { request, response }: Exchange,
  { github, repository }: { readonly github: GithubServer; readonly repository: string },
): void {
  const own = `/repos/${repository}`;
  const path = request.url ?? '/';
  const isOwn = path === own || path.startsWith(`${own}/`) || path.startsWith(`${own}?`);
  if (!isOwn) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
    return;
  }
  const target = new URL(`${githubPaths.api}${path.slice(own.length)}`, github.address);
  const through = ask(
    target,
    { method: request.method, headers: { ...request.headers, host: target.host } },
    (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      void pipeline(reply, response).catch(() => response.destroy());
    },
  );
  void pipeline(request, through).catch(() => response.destroy());
}

/** git's own server program, read-only. */
function serveGit(
  { request, response }: Exchange,
  { repository, origin }: { readonly repository: string; readonly origin: string },
): void {
  const url = new URL(request.url ?? '/', 'https://github.com');
  const below = new RegExp(`^/${repository}(?:\\.git)?(/.*)$`).exec(url.pathname)?.[1];
  if (below === undefined) return void response.writeHead(404).end();
  const env = {
    PATH: process.env['PATH'],
    GIT_PROJECT_ROOT: origin,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: request.method,
    PATH_INFO: below,
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers['content-type'],
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    assert.ok(end > 0, 'git answers as a CGI program');
    const headers = all.subarray(0, end).toString().split('\r\n');
    const status = Number(/^Status: (\d+)/m.exec(headers.join('\n'))?.[1] ?? 200);
    for (const line of headers) {
      const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
      if (name !== '' && name !== 'Status') response.setHeader(name, value);
    }
    response.writeHead(status).end(all.subarray(end + 4));
  });
  void pipeline(request, child.stdin).catch(() => child.kill());
}

function listen(scope: Scope, server: Server & { closeAllConnections?: () => void }): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  scope.after(async () => {
    server.closeAllConnections?.();
    await new Promise((done) => server.close(done));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    resolve(address.port);
  });
  return promise;
}
