import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { Scope } from '../../../test/make/folder.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { oidcToken } from './oidc-token.ts';

const token = 'aaaa.bbbb.cccc';
const signal = new AbortController().signal;

suite('oidcToken()', () => {
  void test('is asked of GitHub Actions for the audience sigstore, each time anew', async (t) => {
    const asked: string[] = [];
    const url = await serve(t, (request, response) => {
      asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
      response.end(JSON.stringify({ value: token }));
    });
    const ask = oidcToken({ environment: github(`${url}/token?api-version=2`), signal });
    assert.equal((await ask?.())?.reveal(), token);
    assert.equal((await ask?.())?.reveal(), token);
    assert.deepEqual(asked, Array(2).fill('/token?api-version=2&audience=sigstore Bearer bearer-secret'));
  });

  void test('comes from SIGSTORE_ID_TOKEN where that is set, and is not there without either', async () => {
    const given = oidcToken({ environment: { ...github('https://example.org'), SIGSTORE_ID_TOKEN: token }, signal });
    assert.equal((await given?.())?.reveal(), token);
    assert.equal(oidcToken({ environment: {}, signal }), undefined);
    assert.equal(oidcToken({ environment: { ...github(''), SIGSTORE_ID_TOKEN: '' }, signal }), undefined);
  });

  void test('a refusal, a redirect and an answer without a token are errors that tell no secret; nothing follows elsewhere', async (t) => {
    const elsewhere = await serve(t, (_request, response) => response.end(JSON.stringify({ value: token })));
    const answers: readonly [(response: ServerResponse) => void, RegExp][] = [
      [(response) => response.writeHead(403).end('bearer-secret'), /it answers 403/],
      [(response) => response.writeHead(302, { location: elsewhere }).end(), /it answers 302/],
      [(response) => response.end('<html>'), /the answer holds none/],
      [(response) => response.end(JSON.stringify({ value: 'a\nb.c.d' })), /the answer holds none/],
    ];
    for (const [answer, message] of answers) {
      const url = await serve(t, (_request, response) => answer(response));
      await refuses(oidcToken({ environment: github(url), signal }), message);
    }
    for (const address of ['http://example.org/token', 'file:///etc/passwd', 'no address'])
      await refuses(oidcToken({ environment: github(address), signal }), /is no https address/);
  });
});

function github(url: string): Readonly<Record<string, string>> {
  return { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-secret' };
}

async function refuses(ask: ReturnType<typeof oidcToken>, message: RegExp): Promise<void> {
  assert.ok(ask !== undefined);
  await assert.rejects(ask(), (error) => {
    assert.ok(isCutwaterError(error), String(error));
    assert.match(error.message, message);
    assert.ok(!`${error.message} ${error.hint} ${error.details.join()}`.includes('bearer-secret'));
    return true;
  });
}

async function serve(
  scope: Scope,
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<string> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
