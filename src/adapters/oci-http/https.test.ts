import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer as createProxy } from 'node:http';
import type { ServerOptions } from 'node:https';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { anonymous } from './credentials.ts';
import type { OpenRepositoryOptions, RegistryRepository } from './open-repository.ts';
import { openRepository } from './open-repository.ts';
import { selfSigned } from './scripted-certificate.ts';
import { fastTiming, sampleIndex, sendManifest, stableTag } from './scripted-registry.ts';

const sample = sampleIndex();
const own = selfSigned();

interface Tls {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly requests: readonly IncomingMessage[];
  open(environment: Readonly<Record<string, string>>, options?: OpenRepositoryOptions): RegistryRepository;
}

async function startTls(t: TestContext, options: ServerOptions = {}): Promise<Tls> {
  const requests: IncomingMessage[] = [];
  const server = createServer({ cert: own.certificate, key: own.key, ...options }, (request, response) => {
    requests.push(request);
    sendManifest(response, sample);
  });
  const port = await listen(t, server);
  t.after(() => server.closeAllConnections());
  return {
    host: `127.0.0.1:${port}`,
    requests,
    open: (environment, more = {}) => {
      const address = { protocol: 'https', host: '127.0.0.1', port } as const;
      const name = { registry: 'registry.example', repository: 'acme/app' };
      const given = { address, credentials: anonymous, environment, timing: fastTiming() };
      const repository = openRepository(name, { ...given, ...more });
      t.after(() => repository.close());
      return repository;
    },
  };
}

function listen(t: TestContext, server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  t.after(() => server.close());
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(typeof address === 'object' && address !== null ? address.port : 0);
  });
  return promise;
}

/** A home folder with the given files. */
async function makeHome(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'cutwater-tls-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  }
  return home;
}

test('a certificate nobody vouches for ends the call at once and names the way out', async (t) => {
  const repository = (await startTls(t)).open({ HOME: await makeHome(t, {}) });
  await assert.rejects(repository.readManifest(stableTag), {
    code: 'UNREACHABLE',
    message: /certificate of "127\.0\.0\.1:\d+" is not trusted/,
    hint: /NODE_EXTRA_CA_CERTS/,
  });
  assert.equal(repository.requestCount(), 1);
});

for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])
  test(`an authority that ${variable} names is believed`, async (t) => {
    const home = await makeHome(t, { 'ca.pem': own.certificate });
    const repository = (await startTls(t)).open({ HOME: home, [variable]: join(home, 'ca.pem') });
    assert.equal((await repository.readManifest(stableTag))?.digest, sample.digest);
  });

for (const folder of ['.config/containers/certs.d', '.config/docker/certs.d', '.docker/certs.d'])
  test(`an authority in ~/${folder} is believed for its host only`, async (t) => {
    const tls = await startTls(t);
    const home = await makeHome(t, { [`${folder}/${tls.host}/ca.crt`]: own.certificate });
    assert.ok(await tls.open({ HOME: home }).readManifest(stableTag));
    const other = (await startTls(t)).open({ HOME: home });
    await assert.rejects(other.readManifest(stableTag), { code: 'UNREACHABLE' });
  });

test('a client certificate is shown to the host it is laid down for, and to no other', async (t) => {
  const client = selfSigned();
  const asking = { requestCert: true, rejectUnauthorized: false, ca: client.certificate };
  const [tls, other] = [await startTls(t, asking), await startTls(t, asking)];
  const folder = `.config/containers/certs.d/${tls.host}`;
  const home = await makeHome(t, {
    [`${folder}/client.cert`]: client.certificate,
    [`${folder}/client.key`]: client.key,
    'ca.pem': own.certificate,
  });
  const environment = { HOME: home, NODE_EXTRA_CA_CERTS: join(home, 'ca.pem') };
  await tls.open(environment).readManifest(stableTag);
  await other.open(environment).readManifest(stableTag);
  const shown = [tls, other].map(({ requests: [request] }) => {
    const socket = request?.socket;
    return socket instanceof TLSSocket && socket.getPeerX509Certificate() !== undefined;
  });
  assert.deepEqual(shown, [true, false]);
});

const unusable: readonly { readonly claim: string; readonly files: Readonly<Record<string, string>> }[] = [
  { claim: 'is not there', files: {} },
  { claim: 'holds no certificate', files: { 'ca.pem': 'hello' } },
];
for (const { claim, files } of unusable)
  test(`a file of authorities that ${claim} is named, and nothing is sent without it`, async (t) => {
    const home = await makeHome(t, files);
    const repository = (await startTls(t)).open({ HOME: home, SSL_CERT_FILE: join(home, 'ca.pem') });
    await assert.rejects(repository.readManifest(stableTag), { code: 'INPUT_INVALID', message: /SSL_CERT_FILE/ });
    assert.equal(repository.requestCount(), 0);
  });

test('a client key without its certificate is named', async (t) => {
  const tls = await startTls(t);
  const home = await makeHome(t, { [`.config/containers/certs.d/${tls.host}/client.key`]: own.key });
  await assert.rejects(tls.open({ HOME: home }).readManifest(stableTag), {
    code: 'INPUT_INVALID',
    message: /client\.key.*no certificate/,
  });
});

test('https goes through a proxy as a tunnel, with the same authorities, unless NO_PROXY names the host', async (t) => {
  const tls = await startTls(t);
  const asked: string[] = [];
  const proxy = createProxy();
  const sockets = new Set<Socket>();
  proxy.on('connect', (request, client: Socket, head) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const [, port = ''] = tls.host.split(':');
    const server = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.write(head);
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined));
  });
  const port = await listen(t, proxy);
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const home = await makeHome(t, { 'ca.pem': own.certificate });
  // The certificate is for 127.0.0.1, which no proxy is asked for; another name of it shows that the tunnel was built.
  const environment = { HOME: home, SSL_CERT_FILE: join(home, 'ca.pem'), HTTPS_PROXY: `http://127.0.0.1:${port}` };
  const address = { protocol: 'https', host: 'registry.example', port: 443 } as const;
  await assert.rejects(tls.open(environment, { address }).readManifest(stableTag), {
    code: 'UNREACHABLE',
    message: /certificate of "registry\.example" is not trusted.*(?:altnames|IP)/i,
  });
  assert.deepEqual(asked, ['CONNECT registry.example:443']);
  await tls.open(environment).readManifest(stableTag);
  assert.equal(asked.length, 1);
});
