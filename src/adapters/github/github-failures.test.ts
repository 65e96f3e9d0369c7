import { deepEqual, equal, fail, match, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { answering, failing, fails, once, openGithub, openGithubForge } from '../../../test/make/github-client.ts';
import { githubToken } from '../../../test/make/github-answers.ts';
import type { Interference } from '../../../test/make/github-server.ts';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { sendJson } from '../oci-http/scripted-registry.ts';

const draft = { tag: 'v1.2.3', title: 'Tiny v1.2.3', notes: 'notes', prerelease: false };
const now = Date.UTC(2026, 0, 1);

test('a token that GitHub does not take is named by its variable, never by its value, even if GitHub tells it back', async (t) => {
  const { github, forge } = await openGithub(t);
  github.interfere = failing(401, { message: `Bad credentials: ${githubToken}` });
  await fails(forge.findRelease('v1.2.3'), 'UNAUTHENTICATED', [
    /"Bad credentials: \[secret\]" to the token in GITHUB_TOKEN/,
    /expired/,
  ]);
});

test('a right that the token lacks is said in the words of GitHub', async (t) => {
  const { github, forge } = await openGithub(t);
  github.interfere = failing(
    403,
    { message: 'Resource not accessible by integration' },
    { 'x-accepted-github-permissions': 'contents=write' },
  );
  await fails(forge.createDraft(draft), 'FORBIDDEN', [/GITHUB_TOKEN lacks the right "contents=write"/]);
});

test('a 404 for something that must be there is explained: no such repository, a token that only reads, or none', async (t) => {
  const { github, forge } = await openGithub(t);
  github.interfere = answering(({ method, path }) =>
    method === 'POST' ? [404, {}] : path === '' ? [404, {}] : undefined,
  );
  await fails(forge.createDraft(draft), 'FORBIDDEN', [
    /"127\.0\.0\.1:\d+\/acme\/tiny" is not there, or the token in GITHUB_TOKEN may not see it/,
  ]);
  github.interfere = answering(({ method, path }) =>
    method === 'POST' ? [404, {}] : path === '' ? [200, { permissions: { push: false } }] : undefined,
  );
  await fails(forge.createDraft(draft), 'FORBIDDEN', [/may only read/, /contents: write/]);
  github.interfere = () => undefined;
  const anonymous = openGithubForge(t, github, { GITHUB_TOKEN: githubToken });
  await fails(anonymous.createDraft(draft), 'UNAUTHENTICATED', [/Set GITHUB_SERVER_URL to http:\/\/127/]);
  equal(github.releases.length, 0);
});

test('a token of another host is never sent', async (t) => {
  const { github } = await openGithub(t);
  const seen: unknown[] = [];
  github.interfere = ({ headers }) => void seen.push(headers.authorization);
  for (const environment of [
    { GITHUB_TOKEN: githubToken },
    { GH_TOKEN: githubToken, GITHUB_SERVER_URL: 'https://github.com' },
    { GITLAB_TOKEN: githubToken, GITHUB_SERVER_URL: github.address },
    { GH_ENTERPRISE_TOKEN: githubToken, GH_HOST: '127.0.0.1:1' },
  ])
    equal(await openGithubForge(t, github, environment).findRelease('v1.2.3'), undefined);
  deepEqual(new Set(seen), new Set([undefined]));
  const own = { GH_ENTERPRISE_TOKEN: githubToken, GH_HOST: new URL(github.address).host };
  await openGithubForge(t, github, own).findRelease('v1.2.3');
  equal(seen.at(-1), `Bearer ${githubToken}`);
});

test('what no header can carry is called no token, and nothing is sent', async (t) => {
  const { github } = await openGithub(t);
  github.interfere = () => fail('something was sent');
  for (const token of [`${githubToken}\nx`, `${githubToken} x`, 'tökén'])
    throws(
      () => openGithubForge(t, github, { GITHUB_TOKEN: token, GITHUB_SERVER_URL: github.address }),
      (error) =>
        isCutwaterError(error, 'INPUT_INVALID') &&
        /what is in GITHUB_TOKEN is no token/.test(error.message) &&
        !`${error.message}${error.hint}`.includes(token.slice(0, 4)),
    );
});

test('a rate limit that ends soon is waited for, exactly as long as GitHub says; one that lasts is told with its end', async (t) => {
  const soon: readonly (readonly [number, object, Record<string, string>, number])[] = [
    [
      403,
      { message: 'API rate limit exceeded' },
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 30) },
      30_000,
    ],
    [429, {}, { 'retry-after': '7' }, 7000],
    [429, {}, {}, 60_000],
    [403, { message: 'You have exceeded a secondary rate limit.' }, {}, 60_000],
  ];
  for (const [status, json, headers, wait] of soon) {
    const { github, forge, timing } = await openGithub(t);
    github.interfere = once(failing(status, json, headers));
    await forge.createDraft(draft);
    equal(github.releases.length, 1);
    ok((timing.waits[0] ?? 0) >= wait && (timing.waits[0] ?? 0) < wait + 2000, String(timing.waits));
  }
  const { github, forge } = await openGithub(t);
  github.interfere = failing(
    403,
    { message: 'API rate limit exceeded' },
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 3000) },
  );
  await fails(forge.findRelease('v1.2.3'), 'RATE_LIMITED', [/again after 2026-01-01T00:50:00Z/]);
});

test('a repository that was renamed is read on, its new name is said, and nothing is written to it', async (t) => {
  const { github, forge, warnings } = await openGithub(t);
  github.interfere = (request, response) => {
    if (request.path.startsWith('api/v3/repositories/7')) return undefined;
    const status = request.method === 'GET' ? 301 : 307;
    response.writeHead(status, { location: `${github.address}/api/v3/repositories/7/${request.path}` }).end();
    return 'answered';
  };
  const direct = github.interfere;
  github.interfere = (request, response) => {
    if (!request.path.startsWith('api/v3/repositories/7')) return direct(request, response);
    const path = request.path.slice('api/v3/repositories/7'.length);
    if (path === '') sendJson(response, 200, { full_name: 'acme/teeny' });
    else sendJson(response, path.includes('/tags/') ? 404 : 200, []);
    return 'answered';
  };
  equal(await forge.findRelease('v1.2.3'), undefined);
  deepEqual(warnings, [
    `${new URL(github.address).host}/acme/tiny is "acme/teeny" now: write its new name into cutwater.yaml`,
  ]);
  await fails(forge.createDraft(draft), 'CONFIG_INVALID', [/it is "acme\/teeny" now/]);
  github.violations.length = 0;
});

test('an answer that leads to another host is not followed', async (t) => {
  const { github, forge } = await openGithub(t);
  const elsewhere = 'http://127.0.0.1:9';
  github.interfere = failing(301, {}, { location: `${elsewhere}/login` });
  await fails(forge.findRelease('v1.2.3'), 'BAD_REPLY', [/redirects to another host/]);
  github.interfere = answering(({ path }) =>
    path === 'releases?per_page=100' ? [200, [], { link: `<${elsewhere}/x>; rel="next"` }] : undefined,
  );
  await fails(forge.findRelease('v1.2.3'), 'BAD_REPLY', [/leads to another host/]);
});

test('a token that is told back in an address is neither shown nor taken to where the address leads', async (t) => {
  const { github, forge } = await openGithub(t);
  const paths: string[] = [];
  const told = (address: string): Interference =>
    answering(({ path, headers }) => {
      paths.push(path);
      const token = String(headers.authorization).replace('Bearer ', '');
      return path.includes('[secret]') ? [404, {}] : [302, [], { location: address + token }];
    });
  github.interfere = told('ftp://127.0.0.1/?t=');
  await fails(forge.findRelease('v1.2.3'), 'BAD_REPLY', [/"ftp:\/\/127\.0\.0\.1\/\?t=\[secret\]" is not http/]);
  github.interfere = told('/api/v3/repos/acme/tiny/');
  await fails(forge.findRelease('v1.2.3'), 'FORGE_REFUSED', [/answers 404/]);
  match(paths.join('\n'), /\[secret\]/);
  ok(!paths.join('\n').includes(githubToken));
  github.interfere = answering(({ path, headers }) =>
    path === 'releases?per_page=100'
      ? [200, [], { link: `<ftp://127.0.0.1/${String(headers.authorization)}>; rel="next"` }]
      : undefined,
  );
  await fails(forge.findRelease('v1.2.3'), 'BAD_REPLY', [/\[secret\]", leads to another host/]);
});

test('files go to no other host than the token is for, however long the address of a release is', async (t) => {
  const { github, forge } = await openGithub(t);
  const release = { id: 1, tag_name: 'v1.2.3', draft: true, prerelease: false, assets: [] };
  for (const address of ['https://127.0.0.1:1/x{?name}', '{'.repeat(4_000_000)]) {
    const found = { ...release, upload_url: address };
    github.interfere = answering(({ path }) => {
      if (path.startsWith('releases/tags/')) return [404, {}];
      return [200, path === 'releases?per_page=100' ? [found] : path.includes('/assets') ? [] : found];
    });
    const upload = forge.uploadAsset('v1.2.3', { name: 'app', digest: digestOf('a'), size: 1 }, nothing);
    await fails(upload, 'BAD_REPLY', [/its files would go to/]);
  }
});

async function* nothing(): AsyncGenerator<Uint8Array> {
  await Promise.reject(new Error('a file was opened'));
  yield new Uint8Array(0);
}

test('an HTML page, an answer without end and one that lacks members are no answers', async (t) => {
  const { github, forge } = await openGithub(t);
  github.interfere = answering(() => [200, '<!doctype html>', { 'content-type': 'text/html' }]);
  await fails(forge.findRelease('v1.2.3'), 'BAD_REPLY', [/an HTML page/, /forge\.address/]);
  github.interfere = (_, response) => {
    const piece = Buffer.alloc(1 << 20, 32);
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
      response.once('drain', more);
    };
    more();
    return 'answered';
  };
  await fails(forge.findRelease('v1.2.3'), 'BAD_REPLY', [/above 67108864 bytes/]);
  github.interfere = failing(200, { id: 1, draft: false, assets: [] });
  await fails(forge.findRelease('v1.2.3'), 'BAD_REPLY', [/lacks "tag_name"/]);
});
