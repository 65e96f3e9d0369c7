import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from './scripted-registry.ts';
import { openScripted, sendError, sendJson, startScript, withHeaders } from './scripted-registry.ts';

test('listTags() follows relative and absolute links to the end and gives each tag once', async (t) => {
  const registry = await startScript(t, (request, response) => {
    const last = new URL(request.path, 'http://x').searchParams.get('last');
    if (last === null)
      sendJson(withHeaders(response, { link: '<list?n=2&last=1.0.0>; title="a, <b>"; REL=next' }), 200, {
        tags: ['latest', '1.0.0'],
      });
    else if (last === '1.0.0')
      sendJson(
        withHeaders(response, { link: `<http://${registry.host}/v2/acme/app/tags/list?last=1.1.0>; rel="prev next"` }),
        200,
        { tags: ['1.0.0', '1.1.0'] },
      );
    else sendJson(withHeaders(response, { link: '<list?n=2>; rel="first"' }), 200, { tags: null });
  });
  assert.deepEqual(await openScripted(t, registry).listTags(), ['latest', '1.0.0', '1.1.0']);
  assert.deepEqual(registry.log(), [
    'GET /v2/acme/app/tags/list?n=1000',
    'GET /v2/acme/app/tags/list?n=2&last=1.0.0',
    'GET /v2/acme/app/tags/list?last=1.1.0',
  ]);
});

test('listTags() takes ten thousand unsorted tags at once from a server that ignores n', async (t) => {
  const tags = Array.from({ length: 10_000 }, (_, number) => `1.${(number * 7919) % 10_000}.0`);
  const registry = await startScript(t, (_, response) => sendJson(response, 200, { name: 'acme/app', tags }));
  const repository = openScripted(t, registry);
  assert.equal((await repository.listTags()).length, 10_000);
  assert.equal(repository.requestCount(), 1);
});

test('listTags() is empty for a repository that does not exist, with and without a JSON error', async (t) => {
  let json = true;
  const registry = await startScript(t, (_, response) => {
    if (json) sendError(response, 404, 'NAME_UNKNOWN');
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
  });
  const repository = openScripted(t, registry);
  assert.deepEqual(await repository.listTags(), []);
  json = false;
  assert.deepEqual(await repository.listTags(), []);
});

const wrong: readonly { claim: string; script: Script; requests: number }[] = [
  {
    claim: 'a next page on another host',
    script: (_, response) =>
      sendJson(withHeaders(response, { link: '<http://127.0.0.2/x>; rel=next' }), 200, { tags: ['a'] }),
    requests: 1,
  },
  {
    claim: 'a next page that is the same page',
    script: (_, response) => sendJson(withHeaders(response, { link: '<?n=1000>; rel=next' }), 200, { tags: ['a'] }),
    requests: 1,
  },
  {
    claim: 'a next page that is not there',
    script: (request, response) =>
      request.path.endsWith('1000')
        ? sendJson(withHeaders(response, { link: '<?p=2>; rel=next' }), 200, { tags: ['a'] })
        : sendError(response, 404, 'NAME_UNKNOWN'),
    requests: 2,
  },
  {
    claim: 'pages without end',
    script: (request, response) =>
      sendJson(
        withHeaders(response, { link: `<?n=${Number(/n=(\d+)/.exec(request.path)?.[1]) + 1}>; rel=next` }),
        200,
        { tags: ['a'] },
      ),
    requests: 1000,
  },
  {
    claim: 'a tag that is none',
    script: (_, response) => sendJson(response, 200, { tags: ['ok', '../../x'] }),
    requests: 1,
  },
  {
    claim: 'something else than a list',
    script: (_, response) => sendJson(response, 200, { tags: { a: 1 } }),
    requests: 1,
  },
  { claim: 'an HTML page', script: (_, response) => response.writeHead(200).end('<!doctype html>'), requests: 1 },
  {
    claim: 'an HTML page not found',
    script: (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<p>'),
    requests: 1,
  },
];
for (const { claim, script, requests } of wrong)
  test(`listTags() refuses ${claim} rather than giving a list that looks whole`, async (t) => {
    const repository = openScripted(t, await startScript(t, script));
    await assert.rejects(
      repository.listTags(),
      (error: Error) => 'code' in error && /BAD_REPLY|REGISTRY_REFUSED/.test(String(error.code)),
    );
    assert.equal(repository.requestCount(), requests);
  });
