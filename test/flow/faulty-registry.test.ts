import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { runner } from '../make/actors.ts';
import type { Fault, FaultyProxy, RegistryAnswer } from '../make/faulty-proxy.ts';
import { makeFaultyProxy } from '../make/faulty-proxy.ts';
import type { Scope } from '../make/folder.ts';
import type { Ended } from '../make/program.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyData, makeProject } from '../make/project.ts';
import type { Published } from '../make/published.ts';
import { aliases, readPublished } from '../make/published.ts';

const wrongDigest = `sha256:${'0'.repeat(64)}`;
const html = '<!DOCTYPE html><html><body>Please log in</body></html>';

/** Answers every request that matches in one way, the others as the registry does. */
const where =
  (method: RegExp, path: RegExp, act: ReturnType<Fault>): Fault =>
  (passing) =>
    method.test(passing.method) && path.test(passing.path) ? act : 'pass';
const always =
  (status: number, body: string, headers: Record<string, string> = {}): Fault =>
  () =>
  (_, to) => {
    to.writeHead(status, headers).end(body);
  };
const changed =
  (change: (answer: RegistryAnswer) => RegistryAnswer) =>
  (answer: RegistryAnswer, to: ServerResponse): void => {
    const { status, headers, body } = answer.status === 200 ? change(answer) : answer;
    to.writeHead(status, headers).end(body);
  };
const lie = changed((answer) => ({ ...answer, headers: { ...answer.headers, 'docker-content-digest': wrongDigest } }));
const tamper = changed((answer) => {
  const body = Buffer.from(answer.body);
  body.set([(body[0] ?? 0) ^ 1]);
  return { ...answer, body };
});
const withoutEnd = (answer: RegistryAnswer, to: ServerResponse): void => {
  const { 'content-length': _, ...headers } = answer.headers;
  to.writeHead(200, headers);
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const more = (): void => {
    while (!to.destroyed) if (!to.write(chunk)) break;
  };
  to.on('drain', more);
  more();
};
const listing = (keep: (tag: string) => boolean): Fault =>
  where(
    /GET/,
    /\/tags\/list/,
    changed((answer) => {
      const list: { name: string; tags: string[] } = JSON.parse(answer.body.toString());
      const body = Buffer.from(JSON.stringify({ ...list, tags: list.tags.filter(keep) }));
      return { ...answer, headers: { ...answer.headers, 'content-length': String(body.length) }, body };
    }),
  );

interface Trouble {
  readonly name: string;
  readonly fault: Fault | 'down';
  readonly exit: readonly number[];
  readonly says: RegExp;
}

const troubles: readonly Trouble[] = [
  { name: 'nobody listens', fault: 'down', exit: [6], says: /"127\.0\.0\.1:\d+" does not answer \(.*ECONNREFUSED/ },
  { name: '500 for everything', fault: always(500, 'oops'), exit: [6], says: /answers 500 "oops"/ },
  {
    name: '401 for everything',
    fault: always(401, '{}'),
    exit: [4],
    says: /answers 401 .*\nnext: Log in with 'docker login/,
  },
  { name: '403 for everything', fault: always(403, '{}'), exit: [4], says: /answers 403/ },
  {
    name: '403 for writes',
    fault: where(/PUT|POST|PATCH/, /./, (_, to) => void to.writeHead(403).end()),
    exit: [4],
    says: /answers 403/,
  },
  {
    name: 'a login page for everything',
    fault: always(200, html, { 'content-type': 'text/html' }),
    exit: [6],
    says: /an HTML page/,
  },
  {
    name: 'a wrong digest named for manifests',
    fault: where(/GET/, /\/manifests\//, lie),
    exit: [3],
    says: /sha256:0{64}/,
  },
  {
    name: 'a wrong digest named for tags',
    fault: where(/HEAD/, /\/manifests\/(?!sha256)/, lie),
    exit: [3, 6],
    says: /error: /,
  },
  {
    name: 'wrong bytes of manifests',
    fault: where(/GET/, /\/manifests\//, tamper),
    exit: [3],
    says: /found sha256:[0-9a-f]{64}, wanted sha256:[0-9a-f]{64}/,
  },
  { name: 'wrong bytes of blobs', fault: where(/GET/, /\/blobs\//, tamper), exit: [3], says: /sha256:[0-9a-f]{64}/ },
  { name: 'manifests without end', fault: where(/GET/, /\/manifests\//, withoutEnd), exit: [6], says: /bytes/ },
  { name: 'a list without end', fault: where(/GET/, /\/tags\/list/, withoutEnd), exit: [6], says: /bytes/ },
  { name: 'an empty list', fault: listing(() => false), exit: [3], says: /Cannot move latest/ },
];

void test(
  'a registry at fault stops a release cleanly, and the next run completes it',
  { concurrency: 4 },
  async (t) => {
    await Promise.all([
      t.test('for every kind of fault', { concurrency: 1 }, async (s) => {
        const lane = await makeLane(s);
        for (const trouble of troubles)
          await s.test(trouble.name, async (r) => {
            const first = await lane.disturbed(r, trouble.fault);
            assert.ok(trouble.exit.includes(first.exitCode), `${first.exitCode}: ${first.stderr}`);
            assert.match(first.stderr, trouble.says);
            assert.equal(first.stderr.match(/^next: \S/gm)?.length, 1, first.stderr);
          });
        await s.test('a list that lacks the newest release lets no alias go back', async (r) => {
          const data = await copyData(r, { ...lane.project, data: lane.finished });
          const before = await readPublished(data);
          await lane.proxy.serve(
            join(data, 'registry'),
            listing((tag) => !tag.includes('1.1.0') && !tag.startsWith('candidate-')),
          );
          const at = await runner(r, lane.project);
          const refused = await runProgram(['reconcile'], { ...at, env: { ...at.env, CUTWATER_DATA: data } });
          assert.equal(refused.exitCode, 3, refused.stderr);
          assert.match(refused.stderr, /Cannot move latest, 1/);
          assert.deepEqual(await readPublished(data), before);
        });
        await s.test('a list that lacks what was just written does not keep the aliases behind', async (r) => {
          const last = await lane.disturbed(
            r,
            listing((tag) => tag !== 'statement-1.1.0'),
          );
          assert.equal(last.exitCode, 0, last.stderr);
          assert.deepEqual(last.aliases, { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' });
          assert.deepEqual(last.aliases, { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' });
        });
      }),
      t.test('for a connection that breaks once', { concurrency: 1 }, async (s) => {
        const lane = await makeLane(s);
        for (const [number, act] of spread(lane.requests, 7).map(
          (at, index) => [at, index % 2 === 0 ? 'cut' : 'drop'] as const,
        ))
          await s.test(`${act} at request ${number} of ${lane.requests}`, async (r) => {
            const first = await lane.disturbed(r, (passing) => (passing.number === number ? act : 'pass'));
            assert.ok([0, 6].includes(first.exitCode), `${first.exitCode}: ${first.stderr}`);
          });
      }),
      t.test('for a registry that goes away and stays away', { concurrency: 1 }, async (s) => {
        const lane = await makeLane(s);
        for (const number of spread(lane.requests, 3))
          await s.test(`from request ${number} of ${lane.requests} on`, async (r) => {
            const first = await lane.disturbed(r, (passing) => (passing.number >= number ? 'cut' : 'pass'));
            assert.equal(first.exitCode, 6, first.stderr);
            assert.match(first.stderr, /^error: Cannot .*\nnext: /m);
          });
      }),
    ]);
  },
);

interface Lane {
  readonly proxy: FaultyProxy;
  readonly project: TestProject;
  /** How many requests an undisturbed release makes. */
  readonly requests: number;
  /** The data folder after an undisturbed release. */
  readonly finished: string;
  /** Releases 1.1.0 with the fault, then without it: that must end as if there had been none. What the first run said, and where it left the aliases. */
  disturbed(
    scope: Scope,
    fault: Fault | 'down',
  ): Promise<Ended & { readonly aliases: Readonly<Record<string, string>> }>;
}

/** A project behind a proxy of its own that has released 1.0.0 and tagged 1.1.0. */
async function makeLane(scope: Scope): Promise<Lane> {
  const proxy = await makeFaultyProxy(scope);
  const project = await makeProject(scope, { image: `${proxy.host}/tiny` });
  const at = await runner(scope, project);
  const run = (data: string): Promise<Ended> =>
    runProgram(['release', '1.1.0'], { ...at, env: { ...at.env, CUTWATER_DATA: data } });
  await project.tag('1.0.0');
  await proxy.serve(join(project.data, 'registry'));
  await succeed(['release', '1.0.0'], at);
  const start = await aliases(project.data);
  const untouched = await readPublished(project.data);
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.1.0');
  const finished = await copyData(scope, project);
  await proxy.serve(join(finished, 'registry'));
  assert.equal((await run(finished)).exitCode, 0);
  const requests = proxy.count();
  const expected = await readPublished(finished);
  return {
    proxy,
    project,
    requests,
    finished,
    async disturbed(inner, fault) {
      const data = await copyData(inner, project);
      await proxy.serve(join(data, 'registry'), fault === 'down' ? undefined : fault);
      if (fault === 'down') await proxy.goDown();
      const first = { ...(await run(data)), aliases: await aliases(data) };
      const left = await readPublished(data);
      assertInOrder(left, first.aliases, start);
      // Where nothing was done, or everything, another run would be one that was tried already.
      if (isDeepStrictEqual(left, untouched) || isDeepStrictEqual(left, expected)) return first;
      await proxy.serve(join(data, 'registry'));
      const second = await run(data);
      assert.equal(second.exitCode, 0, second.stderr);
      assert.deepEqual(await readPublished(data), expected, 'as if nothing had been wrong');
      return first;
    },
  };
}

/** Nothing that is followed moves before the commit point. */
function assertInOrder(
  published: Published,
  now: Readonly<Record<string, string>>,
  start: Readonly<Record<string, string>>,
): void {
  if (published.tags['statement-1.1.0'] !== undefined) return;
  assert.deepEqual(now, start);
  assert.equal(published.latest, 'v1.0.0');
}

/** Numbers from 1 to the last, spread evenly. */
function spread(last: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => 1 + Math.round((index * (last - 1)) / (count - 1)));
}
