import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import type { HostedForgeKind } from '../../src/domain/forge-capabilities.ts';
import { maintainer } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { inject } from '../make/forge-faults.ts';
import type { ForgeInterference, ForgeServer, ShownRelease } from '../make/forge-servers.ts';
import { startForgeServer } from '../make/forge-servers.ts';
import type { HostedProject } from '../make/hosted-project.ts';
import { makeHostedProject } from '../make/hosted-project.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, copyData, copyProject, freshClone } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { forgeEffects } from './deadly.ts';
import { effectsOf } from './killed-at.ts';

/** One thing that people do, from where the journey before it ended. */
interface Journey {
  readonly name: string;
  readonly prepare: (hosted: HostedProject) => Promise<void>;
  /** Of CI, which pushes nothing, or of a maintainer, who pushes a decision. */
  readonly act: 'release' | 'withdraw' | 'restore';
  readonly version: string;
}

const reason = 'loses uploads';

/** In this order, each on what the one before left. */
const journeys: readonly Journey[] = [
  {
    name: 'a release candidate',
    prepare: ({ tag }) => tag('1.0.0-rc.1'),
    act: 'release',
    version: '1.0.0-rc.1',
  },
  {
    name: 'the stable release that promotes it',
    prepare: async ({ project, tag }) => {
      await project.commit({ 'docs/notes.md': 'Upgrade.\n' });
      await tag('1.0.0');
    },
    act: 'release',
    version: '1.0.0',
  },
  {
    name: 'a hotfix from its tag',
    prepare: async ({ project, tag }) => {
      await project.commit({ 'app.txt': 'two\n' });
      await project.clone.git('switch', '-q', '-c', 'hotfix/v1.0.1', 'v1.0.0');
      await project.commit({ 'app.txt': 'one, mended\n' });
      await tag('1.0.1');
      await project.clone.git('switch', '-q', 'main');
    },
    act: 'release',
    version: '1.0.1',
  },
  { name: 'the withdrawal of it', prepare: nothing, act: 'withdraw', version: '1.0.1' },
  { name: 'its restore', prepare: nothing, act: 'restore', version: '1.0.1' },
];

/** `around-the-forge`: before and after each effect on the forge, and each of a withdrawal. */
export type Moments = 'every' | 'around-the-forge';

/**
 * Walks all journeys on one forge. Each is killed (SIGKILL) at many moments, each time resumed by a new process in a fresh
 * clone, and each time ends as the run did that was never killed: the same image tags with the same digests, releases with
 * the same text, marks and files, the same tags and the same changelog in git. So does a run that loses the first answer to
 * each of its writes, one that is shown old lists, and one whose token expires in the middle, once it has a new one.
 */
export async function walkJourneys(t: TestContext, kind: HostedForgeKind, which: Moments): Promise<void> {
  const server = await startForgeServer(t, kind);
  const hosted = await makeHostedProject(t, { kind, host: server });
  for (const journey of journeys)
    await t.test(journey.name, async (inner) => {
      await journey.prepare(hosted);
      await walk(inner, { server, hosted, journey, which });
    });
}

interface Walk {
  readonly server: ForgeServer;
  readonly hosted: HostedProject;
  readonly journey: Journey;
  readonly which: Moments;
}

async function walk(t: TestContext, { server, hosted, journey, which }: Walk): Promise<void> {
  const { project } = hosted;
  const start = await copyProject(t, project);
  const putBack = server.keep();
  const before = await stateOf(server, start);
  const effects = effectsOf(await killed(t, { server, project, journey }, 0));
  const expected = await stateOf(server, project);
  assert.notDeepEqual(expected, before, 'something came of it');
  const moments = effects.flatMap((_, index) =>
    which === 'every' || counts(journey, effects, index) ? [index + 1] : [],
  );
  t.diagnostic(`killed before ${moments.length} of ${effects.length} effects`);
  assert.ok(moments.length >= { release: 12, withdraw: 10, restore: 2 }[journey.act], effects.join());
  const goOn = server.keep();
  for (const killAt of moments) {
    putBack();
    const said = `killed before effect ${killAt}, ${String(effects[killAt - 1])}`;
    const own = await copyOf(t, { project: start, journey });
    assert.equal((await killed(t, { server, project: own, journey }, killAt)).exitCode, -1, said);
    if (effects[killAt - 1] === 'uploadAsset') server.leaveHalfFile(`v${journey.version}`, 'SHA256SUMS');
    assertNothingHalf(await stateOf(server, own), { before, expected }, said);
    await resume(t, { server, project: own, journey });
    assert.deepEqual(await stateOf(server, own), expected, said);
  }
  for (const fault of ['the answer is lost', 'reads show what was before'] as const) {
    putBack();
    const own = await copyOf(t, { project: start, journey });
    inject(server, fault, 1);
    await resume(t, { server, project: own, journey });
    server.interfere(() => undefined);
    assert.deepEqual(await stateOf(server, own), expected, `with each effect ${fault}`);
  }
  putBack();
  const own = await copyOf(t, { project: start, journey });
  server.interfere(tokenExpiresAfter(journey.act === 'release' ? 3 : 0));
  const { exitCode, stderr } = await runProgram(...(await call(t, { server, project: own, journey })));
  assert.equal(exitCode, 4, stderr);
  assert.match(stderr, journey.act === 'release' ? /expired/ : /pushed: the decision stands\n.*expired/s);
  server.interfere(() => undefined);
  await resume(t, { server, project: own, journey });
  assert.deepEqual(await stateOf(server, own), expected, 'with a token that expired in between');
  goOn();
}

/** The forge takes so many writes, and then says that the token has expired. */
function tokenExpiresAfter(writes: number): ForgeInterference {
  let left = writes + 1;
  return ({ method }, response) => {
    if (method !== 'GET') left -= 1;
    if (left > 0) return undefined;
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Unauthorized"}');
    return 'answered';
  };
}

/** A release pushes nothing, so it needs a data folder of its own only. */
async function copyOf(
  scope: Scope,
  { project, journey }: { readonly project: TestProject; readonly journey: Journey },
): Promise<TestProject> {
  return journey.act === 'release' ? { ...project, data: await copyData(scope, project) } : copyProject(scope, project);
}

function counts({ act }: Journey, effects: readonly string[], index: number): boolean {
  const names: readonly (string | undefined)[] = forgeEffects;
  return act === 'withdraw' || names.includes(effects[index]) || names.includes(effects[index - 1]);
}

interface Run {
  readonly server: ForgeServer;
  readonly project: TestProject;
  readonly journey: Journey;
}

async function killed(scope: Scope, run: Run, killAt: number): ReturnType<typeof runTool> {
  const { act, version } = run.journey;
  const file = act === 'release' ? 'killed-release.ts' : 'killed-decision.ts';
  const args = act === 'release' ? [version] : [act, version, reason];
  const { folder, env } = await actor(scope, run);
  return runTool({
    command: process.execPath,
    args: [join(import.meta.dirname, file), ...args, String(killAt)],
    cwd: folder,
    env,
  });
}

async function resume(scope: Scope, run: Run): Promise<void> {
  await succeed(...(await call(scope, run)));
}

async function call(scope: Scope, run: Run): Promise<Parameters<typeof runProgram>> {
  const { act, version } = run.journey;
  const more = {
    release: [],
    withdraw: ['--reason', reason, '--aliases', 'move', '--push'],
    restore: ['--reason', reason, '--push'],
  };
  return [[act, version, ...more[act]], await actor(scope, run)];
}

/** Whoever acts, in a fresh clone. */
async function actor(
  scope: Scope,
  { server, project, journey }: Run,
): Promise<{ readonly folder: string; readonly env: Readonly<Record<string, string>> }> {
  const clone = await freshClone(scope, project);
  const own = { ...project, clone };
  const { folder, env } =
    journey.act === 'release' ? { folder: clone.folder, env: ciEnvironment(own) } : await maintainer(own);
  return { folder, env: { ...env, ...server.environment } };
}

interface State {
  readonly images: Readonly<Record<string, string>>;
  readonly releases: readonly ShownRelease[];
  readonly git: readonly string[];
}

async function stateOf(server: ForgeServer, { data, origin }: TestProject): Promise<State> {
  const tags = await origin.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/tags');
  const changelog = await origin.git('show', 'main:CHANGELOG.md');
  return {
    images: (await readPublished(data)).tags,
    releases: server.shown(),
    // The day on which an incident was written may be another one by now.
    git: [...tags.split('\n'), changelog.replaceAll(/\d{4}-\d{2}-\d{2}/g, 'DAY')],
  };
}

/** What others see while the machine is dead: the old or the new, and of a release everything or nothing. */
function assertNothingHalf(
  during: State,
  { before, expected }: { readonly before: State; readonly expected: State },
  said: string,
): void {
  for (const [tag, digest] of Object.entries(before.images))
    assert.ok([digest, expected.images[tag]].includes(during.images[tag]), `${tag}, ${said}`);
  for (const { tag, files } of during.releases.filter(({ isDraft }) => !isDraft))
    assert.deepEqual(files, expected.releases.find((release) => release.tag === tag && !release.isDraft)?.files, said);
  for (const { tag } of before.releases)
    assert.ok(
      during.releases.some((release) => release.tag === tag),
      said,
    );
}

async function nothing(): Promise<void> {}
