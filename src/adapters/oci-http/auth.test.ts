import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Secret } from '../../domain/secret.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import type { Script, SeenRequest } from './scripted-registry.ts';
import {
  fastTiming,
  openScripted,
  sampleIndex,
  sendError,
  sendJson,
  sendManifest,
  stableTag,
  startScript,
} from './scripted-registry.ts';

const sample = sampleIndex();
const password: Credentials = { kind: 'password', username: 'ann', password: new Secret('se:cret') };
const basic = `Basic ${Buffer.from('ann:se:cret').toString('base64')}`;

function source(credentials: Credentials): CredentialSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return Object.assign(
    ({ hosts }: { readonly hosts: readonly string[] }) => {
      asked.push(...hosts);
      return Promise.resolve(credentials);
    },
    { asked },
  );
}

function challenge(response: ServerResponse, header: string | readonly string[]): void {
  response.writeHead(401, { 'www-authenticate': [...(typeof header === 'string' ? [header] : header)] });
  response.end('{"errors":[{"code":"UNAUTHORIZED"}]}');
}

/** A registry with its token server on the same host; `grant` says what a token request gets. */
function bearerScript(
  grant: (request: SeenRequest, count: number) => unknown,
  accepts: (token: string) => boolean = () => true,
): Script {
  let granted = 0;
  return (request, response) => {
    if (request.path.startsWith('/token')) {
      granted += 1;
      return sendJson(response, 200, grant(request, granted));
    }
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !accepts(token))
      return challenge(
        response,
        `Bearer realm="http://${request.headers.host ?? ''}/token",service="reg,istry",scope="repository:acme/app:pull"`,
      );
    if (request.method === 'PUT') response.writeHead(201).end();
    else sendManifest(response, sample);
  };
}

test('an open registry is never asked for a challenge, and credentials are never looked up for it', async (t) => {
  const registry = await startScript(t, (_, response) => sendManifest(response, sample));
  const credentials = source(password);
  const repository = openScripted(t, registry, { credentials });
  await repository.readManifest(stableTag);
  assert.equal(repository.requestCount(), 1);
  assert.deepEqual(credentials.asked, []);
});

test('Basic is answered with the password, split at the first colon only, and sent at once from then on', async (t) => {
  const registry = await startScript(t, (request, response) => {
    if (request.headers.authorization === basic) sendManifest(response, sample);
    else challenge(response, ['Negotiate', 'bAsIc realm="a \\"b\\", c"']);
  });
  const credentials = source(password);
  const repository = openScripted(t, registry, { credentials });
  await repository.readManifest(stableTag);
  await repository.readManifest(stableTag);
  assert.equal(repository.requestCount(), 3);
  assert.deepEqual(credentials.asked, [registry.host]);
});

test('a wrong password ends after two requests as UNAUTHENTICATED, without a loop and without the secret', async (t) => {
  const registry = await startScript(t, (_, response) => challenge(response, 'Basic realm="x"'));
  const repository = openScripted(t, registry, { credentials: source(password) });
  await assert.rejects(repository.readManifest(stableTag), (error: Error) => {
    assert.equal('code' in error && error.code, 'UNAUTHENTICATED');
    assert.doesNotMatch(error.message, /cret/);
    return true;
  });
  assert.equal(repository.requestCount(), 2);
});

test('without credentials the error repeats what went wrong while looking for them', async (t) => {
  const registry = await startScript(t, (_, response) => challenge(response, 'Basic realm="x"'));
  const credentials = source({ kind: 'none', problems: ['"docker-credential-x" is not installed'] });
  await assert.rejects(openScripted(t, registry, { credentials }).readManifest(stableTag), {
    code: 'UNAUTHENTICATED',
    details: ['"docker-credential-x" is not installed'],
  });
});

test('Bearer asks for one token with service and scope and uses it for all reads', async (t) => {
  const registry = await startScript(
    t,
    bearerScript(() => ({ token: 'opaque', expires_in: 300 })),
  );
  const repository = openScripted(t, registry, { credentials: source(password) });
  await Promise.all([repository.readManifest(stableTag), repository.resolve(stableTag)]);
  await repository.readManifest(stableTag);
  const tokens = registry.seen.filter(({ path }) => path.startsWith('/token'));
  assert.deepEqual(
    tokens.map(({ path }) => path),
    ['/token?service=reg%2Cistry&scope=repository%3Aacme%2Fapp%3Apull'],
  );
  assert.equal(tokens[0]?.headers.authorization, basic);
});

test('with access "write" the first token has push as well, so that a move costs one token', async (t) => {
  const registry = await startScript(
    t,
    bearerScript(() => ({ access_token: 'opaque' })),
  );
  const repository = openScripted(t, registry, { access: 'write' });
  await repository.readManifest(stableTag);
  await repository.writeManifest(stableTag, sample);
  assert.deepEqual(registry.log(), [
    'GET /v2/acme/app/manifests/1.2.3',
    '/token?service=reg%2Cistry&scope=repository%3Aacme%2Fapp%3Apull%2Cpush'.replace(/^/, 'GET '),
    'GET /v2/acme/app/manifests/1.2.3',
    'PUT /v2/acme/app/manifests/1.2.3',
  ]);
  assert.equal(registry.seen[1]?.headers.authorization, undefined, 'anonymous');
});

test('a mount asks for push here first and pull there second, in one token', async (t) => {
  const script = bearerScript(() => ({ token: 'opaque', expires_in: 300 }));
  const registry = await startScript(t, (request, response) => {
    if (request.headers.authorization?.startsWith('Bearer') !== true) return script(request, response);
    response.writeHead(201).end();
  });
  const blob = { mediaType: 'application/json', digest: sample.digest, size: 1 };
  assert.equal(await openScripted(t, registry).mountBlob(blob, 'acme/base'), true);
  const asked = new URL(registry.seen[1]?.path ?? '', 'http://x').searchParams.getAll('scope');
  assert.deepEqual(asked, ['repository:acme/app:pull,push', 'repository:acme/base:pull']);
});

test('a token without a lifetime is renewed after less than a minute', async (t) => {
  const timing = fastTiming();
  const registry = await startScript(
    t,
    bearerScript((_, count) => ({ token: `t${count}` })),
  );
  const repository = openScripted(t, registry, { timing });
  await repository.readManifest(stableTag);
  await timing.pause(54_000);
  await repository.readManifest(stableTag);
  assert.equal(repository.requestCount(), 4, 'still good: 401, token, two reads');
  await timing.pause(1_500);
  await repository.readManifest(stableTag);
  assert.equal(repository.requestCount(), 6);
  assert.equal(registry.seen.at(-1)?.headers.authorization, 'Bearer t2');
});

test('a token the registry no longer takes is replaced once, and a new one it does not take ends the call', async (t) => {
  const revoked = new Set<string>();
  const script = bearerScript(
    (_, count) => ({ token: `t${count}`, expires_in: 3600 }),
    (token) => !revoked.has(token),
  );
  const registry = await startScript(t, script);
  const repository = openScripted(t, registry);
  await repository.readManifest(stableTag);
  revoked.add('t1');
  await repository.readManifest(stableTag);
  assert.equal(registry.seen.at(-1)?.headers.authorization, 'Bearer t2');
  for (const token of ['t2', 't3', 't4', 't5']) revoked.add(token);
  const before = repository.requestCount();
  await assert.rejects(repository.readManifest(stableTag), { code: 'UNAUTHENTICATED' });
  assert.equal(repository.requestCount() - before, 3);
});

test('a token with fewer rights than asked for reads, and ends a write without a loop', async (t) => {
  const registry = await startScript(t, (request, response) => {
    const origin = `http://${request.headers.host ?? ''}`;
    const narrow = `Bearer realm="${origin}/token",scope="repository:acme/app:pull,push"`;
    if (request.path.startsWith('/token'))
      sendJson(response, 200, { token: 'pull-only', scope: 'repository:acme/app:pull' });
    else if (request.headers.authorization === undefined) challenge(response, narrow);
    else if (request.method === 'PUT') challenge(response, `${narrow},error="insufficient_scope"`);
    else sendManifest(response, sample);
  });
  const repository = openScripted(t, registry, { access: 'write' });
  assert.equal((await repository.readManifest(stableTag))?.digest, sample.digest);
  const before = repository.requestCount();
  await assert.rejects(repository.writeManifest(stableTag, sample), { code: 'UNAUTHENTICATED' });
  assert.ok(repository.requestCount() - before <= 6);
});

test('an identity token is posted as refresh token, and by GET where the server knows no POST', async (t) => {
  let knowsPost = true;
  const registry = await startScript(t, (request, response) => {
    if (request.method === 'POST' && !knowsPost) return sendError(response, 404, 'NOT_FOUND');
    bearerScript(() => ({ token: 'opaque' }))(request, response);
  });
  const credentials = source({ kind: 'identity-token', username: '', token: new Secret('id&token') });
  await openScripted(t, registry, { credentials }).readManifest(stableTag);
  assert.equal(
    registry.seen[1]?.body.toString(),
    'grant_type=refresh_token&client_id=cutwater&refresh_token=id%26token&service=reg%2Cistry&scope=repository%3Aacme%2Fapp%3Apull',
  );
  knowsPost = false;
  await openScripted(t, registry, { credentials }).readManifest(stableTag);
  assert.equal(
    registry.seen.at(-2)?.headers.authorization,
    `Basic ${Buffer.from('<token>:id&token').toString('base64')}`,
  );
});

const badRealms = [
  'http://127.0.0.2:1/token',
  'http://localhost/token',
  'https://10.0.0.1/token',
  'http://example.com/token',
  'https://[::ffff:10.0.0.1]/t',
  'file:///etc/passwd',
  'https://u:p@example.com/',
];
for (const realm of badRealms)
  test(`a token is not asked for at ${realm}`, async (t) => {
    const registry = await startScript(t, (_, response) => challenge(response, `Bearer realm="${realm}"`));
    const repository = openScripted(t, registry, { credentials: source(password) });
    await assert.rejects(repository.readManifest(stableTag), { code: 'BAD_REPLY' });
    assert.equal(repository.requestCount(), 1);
  });

const badTokens: readonly { claim: string; code: string; script: Script }[] = [
  {
    claim: 'with a line break',
    code: 'BAD_REPLY',
    script: (_, response) => sendJson(response, 200, { token: 'a\r\nx: y' }),
  },
  { claim: 'that is not there', code: 'BAD_REPLY', script: (_, response) => sendJson(response, 200, { token: 7 }) },
  {
    claim: 'above 64 KiB',
    code: 'BAD_REPLY',
    script: (_, response) => sendJson(response, 200, { token: 'a'.repeat(70_000) }),
  },
  {
    claim: 'refused with 401',
    code: 'UNAUTHENTICATED',
    script: (_, response) => sendError(response, 401, 'UNAUTHORIZED'),
  },
  { claim: 'refused with 403', code: 'FORBIDDEN', script: (_, response) => sendError(response, 403, 'DENIED') },
  {
    claim: 'refused with 429 for ever',
    code: 'RATE_LIMITED',
    script: (_, response) => sendError(response, 429, 'TOOMANYREQUESTS'),
  },
];
for (const { claim, code, script } of badTokens)
  test(`a token ${claim} is ${code}`, async (t) => {
    const grant = bearerScript(() => ({}));
    const registry = await startScript(t, (request, response) =>
      (request.path.startsWith('/token') ? script : grant)(request, response),
    );
    await assert.rejects(openScripted(t, registry).readManifest(stableTag), { code });
  });
