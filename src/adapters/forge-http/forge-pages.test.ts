import { deepEqual, equal } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { answering, fails } from '../../../test/make/github-client.ts';
import { startGithub } from '../../../test/make/github-server.ts';
import { openGithubApi } from '../github/github-api.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import type { ListLimits } from './forge-pages.ts';
import { readAllPages, readPages } from './forge-pages.ts';

const ample: ListLimits = { pages: 100, items: 100, bytes: 100_000 };

test('a listing without an end stops at the first of its limits, and is never taken for a whole one', async (t) => {
  const read = await endless(t, 2);
  await fails(read({ ...ample, pages: 5 }), 'BAD_REPLY', [/Cannot list things: the link .* is one of more than 5/]);
  await fails(read({ ...ample, items: 9 }), 'BAD_REPLY', [/127\.0\.0\.1.* lists more than 9 items/, /forge\.address/]);
  await fails(read({ ...ample, bytes: 50 }), 'BAD_REPLY', [/lists more than 50 bytes, and no end was seen/]);
});

test('a listing that just keeps to its limits is read whole', async (t) => {
  const read = await endless(t, 2, { last: 5 });
  equal((await read({ pages: 5, items: 10, bytes: 10 * '{"n":1}'.length + 5 * '[,]'.length })).length, 10);
  await fails(read({ ...ample, pages: 4 }), 'BAD_REPLY', []);
  await fails(read({ ...ample, items: 9 }), 'BAD_REPLY', []);
});

test('by default no listing is longer than a hundred thousand things, on one page or on many', async (t) => {
  const read = await endless(t, 50_001);
  await fails(read(undefined), 'BAD_REPLY', [/lists more than 100000 items/]);
});

test('page by page the same limits hold, after the pages before were given', async (t) => {
  const { session, call } = await open(t, 2);
  const seen: number[] = [];
  const read = async (): Promise<void> => {
    for await (const page of readPages(session, call, { limits: { ...ample, items: 5 } })) seen.push(page.length);
  };
  await fails(read(), 'BAD_REPLY', [/more than 5 items/]);
  deepEqual(seen, [2, 2]);
});

async function endless(t: TestContext, size: number, options: { readonly last?: number } = {}) {
  const { session, call } = await open(t, size, options);
  return (limits: ListLimits | undefined) => readAllPages(session, call, limits === undefined ? {} : { limits });
}

/** A list whose every page has so many items and, but for the last, a link to a new one. */
async function open(t: TestContext, size: number, { last = Infinity } = {}) {
  const github = await startGithub(t, new Map());
  const items = Array.from({ length: size }, () => ({ n: 1 }));
  github.interfere = answering(({ path }) => {
    const at = Number(/page=(\d+)/.exec(path)?.[1] ?? 1);
    const next = `<${github.address}/api/v3/repos/acme/tiny/things?page=${at + 1}>; rel="next"`;
    return [200, items, at >= last ? {} : { link: next }];
  });
  const api = openGithubApi(
    { kind: 'github', address: github.address, repository: github.repository },
    { environment: github.environment, timing: fastTiming(), onWarning: () => undefined },
  );
  t.after(() => api.close());
  return { session: api.session, call: { what: 'list things', method: 'GET', url: api.url('things') } as const };
}
