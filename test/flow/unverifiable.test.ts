import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runner } from '../make/actors.ts';
import type { Fault } from '../make/faulty-proxy.ts';
import { makeFaultyProxy } from '../make/faulty-proxy.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';

const answer =
  (status: number, path: RegExp = /./): Fault =>
  (passing) =>
    path.test(passing.path) ? (_, to) => void to.writeHead(status).end('{}') : 'pass';
/** What the first reads do not touch. */
const later = /\/referrers\//;

const cases: readonly {
  readonly name: string;
  readonly fault: Fault | 'down';
  readonly exit: number;
  readonly verdict: string;
  readonly next: RegExp;
}[] = [
  { name: 'no rights from the first read on', fault: answer(401), exit: 4, verdict: 'incomplete', next: /Log in with/ },
  {
    name: 'no rights for a later read',
    fault: answer(401, later),
    exit: 4,
    verdict: 'incomplete',
    next: /Log in with/,
  },
  { name: 'too few rights', fault: answer(403), exit: 4, verdict: 'incomplete', next: /credentials/ },
  { name: 'nobody listening', fault: 'down', exit: 6, verdict: 'incomplete', next: /network/ },
  {
    name: 'something wrong, and no rights for something else',
    fault: (passing) => {
      const gone = answer(404, /\/manifests\/1\.0\.0$/)(passing);
      return gone === 'pass' ? answer(401, later)(passing) : gone;
    },
    exit: 3,
    verdict: 'failed',
    next: /Log in with/,
  },
];

void test('verify ends with 4 where a server wants other credentials, 6 where it does not answer, and 3 before both', async (t) => {
  const proxy = await makeFaultyProxy(t);
  const project = await makeProject(t, { image: `${proxy.host}/tiny` });
  const at = await runner(t, project);
  const folder = join(project.data, 'registry');
  await project.tag('1.0.0');
  await proxy.serve(folder);
  await succeed(['release', '1.0.0'], at);
  await succeed(['verify', '1.0.0'], at);
  for (const { name, fault, exit, verdict, next } of cases)
    await t.test(name, async () => {
      await proxy.serve(folder, fault === 'down' ? undefined : fault);
      if (fault === 'down') await proxy.goDown();
      const ended = await runProgram(['verify', '1.0.0'], at);
      assert.equal(ended.exitCode, exit, `${ended.stdout}${ended.stderr}`);
      assert.match(ended.stdout, verdict === 'failed' ? /FAILED/ : /not checked/);
      const steps = ended.stdout.match(/^next: .*$/gm) ?? [];
      assert.ok(steps.length > 0 && new Set(steps).size === steps.length, ended.stdout);
      assert.match(steps.join('\n'), next);
      if (fault !== 'down') assert.equal((await readJson(['verify', '1.0.0'], at))['verdict'], verdict);
    });
});
