import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { copyImage } from '../../src/engine/mirrors/copy-image.ts';
import { runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import type { Meddler, MeddlingProxy } from '../make/meddling-proxy.ts';
import { makeMeddlingProxy } from '../make/meddling-proxy.ts';
import type { RunAt } from '../make/program.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyData, makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';
import { pushImage } from '../make/push-image.ts';
import { digestAt, pointImageTags, withRegistry } from '../make/registry-writer.ts';
import { effectsOf } from '../crash/killed-at.ts';

/** Right before which request of the first run, which goes on, the rival writes what. */
const moments: readonly { readonly name: string; readonly isDue: () => Moment; readonly takes: readonly Taken[] }[] = [
  { name: 'the candidate is read back', isDue: () => after(/^PUT .*\/candidate-[0-9a-f]+$/), takes: ['candidate'] },
  { name: 'the statement is read back', isDue: () => after(/^PUT .*\.statement$/), takes: ['candidate', 'statement'] },
  { name: 'the image is tagged', isDue: () => at(/^PUT .*\/manifests\/1\.0\.0$/), takes: ['statement'] },
  { name: 'the commit point', isDue: () => at(/\/statement-1\.0\.0$/), takes: ['candidate', 'statement'] },
];

/** Before which effect, counted from the last, the first run is killed; and what it has left on the forge by then. */
const deaths = [
  { before: 'the draft', fromLast: 15, files: undefined },
  { before: 'the first file', fromLast: 14, files: 0 },
  { before: 'the image tag', fromLast: 6, files: 8 },
  { before: 'the commit point', fromLast: 2, files: 8 },
] as const;

void test('on a registry without conditions a rival with an image of its own changes no release and stops none', async (t) => {
  const rivalry = await makeRivalry(t);
  for (const { name, isDue, takes } of moments)
    await t.test(`that takes the ${takes.join(' and ')} before ${name}`, async (s) => {
      const data = await copyData(s, rivalry.project);
      const due = isDue();
      let taken = false;
      const first = await rivalry.release(data, async ({ method, path }) => {
        if (taken || !due(`${method} ${path}`)) return;
        taken = true;
        await rivalry.overwrite(data, takes);
      });
      assert.ok(taken, 'the moment came');
      assert.ok([0, 3].includes(first.exitCode), first.stderr);
      await rivalry.assertSettled(data);
    });
  const effects = await rivalry.countEffects(t);
  for (const { before, fromLast, files } of deaths)
    await t.test(`after a run that was killed before ${before}`, async (s) => {
      const data = await copyData(s, rivalry.project);
      assert.equal((await rivalry.killed(data, effects - fromLast)).exitCode, -1);
      const left = await readdir(join(data, 'releases/v1.0.0/assets')).catch(() => undefined);
      assert.equal(left?.length, files);
      // What the candidate tag says does not matter any more, not even where a stranger wrote it.
      if (files === undefined) await rivalry.overwrite(data, ['candidate'], 'stranger');
      else await rivalry.overwrite(data, ['candidate', 'statement']);
      await rivalry.assertSettled(data);
    });
});

type Taken = 'candidate' | 'statement';
/** Sees every request as "METHOD PATH". */
type Moment = (line: string) => boolean;

interface Rivalry {
  readonly project: TestProject;
  /** One run of the release. */
  release(data: string, meddler?: Meddler): ReturnType<typeof runProgram>;
  /** One that is killed right before its Nth effect; 0: it is not, and prints them. */
  killed(data: string, effect: number): ReturnType<typeof runTool>;
  countEffects(scope: Scope): Promise<number>;
  /** The rival writes its own image and statement over those of the first run; a stranger has only an image. */
  overwrite(data: string, takes: readonly Taken[], by?: 'rival' | 'stranger'): Promise<void>;
  /** The next run completes the release: one image everywhere, and none that was published before is another one now. */
  assertSettled(data: string): Promise<void>;
}

/** Two runners of one release whose builds and signatures differ each time. The rival's are in the registry, without tags. */
async function makeRivalry(scope: Scope): Promise<Rivalry> {
  const proxy = await makeMeddlingProxy(scope);
  const random = `[[node, -e, "require('fs').writeFileSync('app.txt', crypto.randomUUID())"]]`;
  const project = await makeProject(scope, { prepare: random, ciKey: 'p256', image: `${proxy.host}/tiny` });
  await project.tag('1.0.0');
  const place = await runner(scope, project);
  const candidate = `candidate-${await project.clone.git('rev-parse', 'refs/tags/v1.0.0')}`;
  const tagOf = { candidate, statement: `${candidate}.statement` };
  const release: Rivalry['release'] = async (data, meddler) => {
    await proxy.serve(join(data, 'registry'), meddler);
    return runProgram(['release', '1.0.0'], withData(place, data));
  };
  const rival = await copyData(scope, project);
  assert.equal((await release(rival)).exitCode, 0);
  const own = { candidate: await digestAt(rival, tagOf.candidate), statement: await digestAt(rival, tagOf.statement) };
  await copyUntagged(rival, project.data, own.candidate);
  const killed: Rivalry['killed'] = async (data, effect) => {
    await proxy.serve(join(data, 'registry'));
    const file = join(import.meta.dirname, '../crash/killed-release.ts');
    const args = [file, '1.0.0', String(effect)];
    return runTool({ command: process.execPath, args, cwd: place.folder, env: withData(place, data).env });
  };
  return {
    project,
    release,
    killed,
    countEffects: async (inner) => effectsOf(await killed(await copyData(inner, project), 0)).length,
    overwrite: async (data, takes, by = 'rival') => {
      const stranger = { repository: 'tiny', text: 'from a stranger', tags: takes.map((what) => tagOf[what]) };
      if (by === 'stranger') await pushImage(join(data, 'registry'), stranger);
      else for (const what of takes) await pointImageTags(data, own[what], tagOf[what]);
    },
    assertSettled: (data) => assertSettled({ proxy, data, at: withData(place, data) }),
  };
}

async function assertSettled(settled: {
  readonly proxy: MeddlingProxy;
  readonly data: string;
  readonly at: RunAt;
}): Promise<void> {
  const { proxy, data, at } = settled;
  const before = (await readPublished(data)).tags;
  await proxy.serve(join(data, 'registry'));
  await succeed(['release', '1.0.0'], at);
  const { tags, releases } = await readPublished(data);
  for (const name of ['1.0.0', 'statement-1.0.0'])
    if (before[name] !== undefined) assert.equal(tags[name], before[name], `${name} was published already`);
  assert.deepEqual(await aliases(data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0' });
  assert.deepEqual(releases, ['v1.0.0']);
  const notes = await readFile(join(data, 'releases/v1.0.0/notes.md'), 'utf8');
  assert.ok(notes.includes(`@${tags['1.0.0'] ?? ''}\n`), notes);
  assert.match(await succeed(['verify', '1.0.0'], at), /1\.0\.0 is what was released/);
}

function at(kind: RegExp): Moment {
  return (line) => kind.test(line);
}

/** True for the request that comes right after one of this kind. */
function after(kind: RegExp): Moment {
  let last = '';
  return (line) => {
    const isDue = kind.test(last);
    last = line;
    return isDue;
  };
}

function withData(at: RunAt, data: string): RunAt {
  return { ...at, env: { ...at.env, CUTWATER_DATA: data } };
}

function copyUntagged(from: string, to: string, digest: Digest): Promise<void> {
  return withRegistry(from, (source) =>
    withRegistry(to, (target) => copyImage({ from: source, to: target, digest, referrers: true })),
  );
}
