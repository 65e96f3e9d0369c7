import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isCutwaterError } from '../../src/domain/error.ts';
import { changePolicy, runner } from '../make/actors.ts';
import type { EdgeRun } from '../make/edge-run.ts';
import { runEdge } from '../make/edge-run.ts';
import { cloneRepository } from '../make/git-repository.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { aliases, readPublished } from '../make/published.ts';

void suite('edge', { concurrency: 2 }, () => {
  void test('late builds move nothing, builds of a day move that day only, and the next day has its own nightly', async (t) => {
    const project = await makeProject(t);
    const first = await headOf(project);
    await runEdge(project, { at: '2026-03-01T10:00:00Z' });
    assert.deepEqual(await channels(project), { edge: first, 'nightly-2026-03-01': first });
    const second = await commitText(project, 'two');
    const third = await commitText(project, 'three');
    await runEdge(project, { at: '2026-03-01T23:59:59Z' });
    assert.deepEqual(await channels(project), { edge: third, 'nightly-2026-03-01': third });

    // The queue of CI was long: the build of the commit before comes after midnight.
    const late = await runEdge(project, { at: '2026-03-02T00:00:00Z', revision: second });
    assert.equal(late.build.built, true, 'every build has its sha- tag');
    const nightlies = { 'nightly-2026-03-01': third, 'nightly-2026-03-02': third };
    assert.deepEqual(await channels(project), { edge: third, ...nightlies });
    assert.match(late.notes.join('\n'), /edge stays at the newer commit/);

    const fourth = await commitText(project, 'four');
    await runEdge(project, { at: '2026-03-02T01:00:00Z' });
    assert.deepEqual(await channels(project), { edge: fourth, ...nightlies, 'nightly-2026-03-02': fourth });
    const again = await runEdge(project, { at: '2026-03-02T02:00:00Z' });
    assert.deepEqual([again.build.built, again.done], [false, []], 'a second run has nothing to do');
    const { tags } = await readPublished(project.data);
    assert.deepEqual(
      Object.keys(tags).filter((tag) => !/^(?:edge|nightly-[0-9-]{10}|sha-[0-9a-f]{40})$/.test(tag)),
      [],
      'a build of the branch has no other name',
    );
  });

  void test('after a force-push edge moves to the newest build that is left, and what was rewritten away is not built', async (t) => {
    const project = await makeProject(t);
    const kept = await headOf(project);
    await runEdge(project);
    const lost = await commitText(project, 'two');
    await runEdge(project);
    const other = await commitText(project, 'three');
    await project.clone.git('reset', '-q', '--hard', kept);
    const rewritten = await project.clone.commit({ 'app.txt': 'two, better\n' });
    await project.clone.git('push', '-q', '--force', 'origin', 'main');

    const late = await runEdge(project, { revision: kept });
    assert.equal((await channels(project))['edge'], kept, 'the newest commit with a build that is still there');
    assert.match(late.notes.join('\n'), new RegExp(`main was rewritten: edge is at commit ${lost.slice(0, 12)}`));
    await fails(project, { revision: other }, 'OFF_BRANCH');
    await runEdge(project);
    assert.equal((await channels(project))['edge'], rewritten);
  });

  void test('a branch that is rewritten while its build runs leaves the channels where they belong', async (t) => {
    const project = await makeProject(t);
    const kept = await headOf(project);
    await runEdge(project);
    const lost = await commitText(project, 'two');
    const runnerClone = await cloneRepository(t, project.origin);
    const rewriting = async (): Promise<void> => {
      await project.clone.git('reset', '-q', '--hard', kept);
      await project.clone.git('push', '-q', '--force', 'origin', 'main');
    };
    const { estate, notes } = await runEdge(project, {
      folder: runnerClone.folder,
      world: (world) => ({
        ...world,
        builder: {
          ...world.builder,
          buildInto: async (...given) => {
            await rewriting();
            return world.builder.buildInto(...given);
          },
        },
      }),
    });
    assert.equal(estate.head, kept);
    assert.match(notes.join('\n'), new RegExp(`commit ${lost.slice(0, 12)} is no longer in the history of main`));
    assert.deepEqual(new Set(Object.values(await channels(project))), new Set([kept]));
  });

  void test('a shallow clone cannot judge and builds nothing', async (t) => {
    const project = await makeProject(t);
    await commitText(project, 'two');
    const shallow = await cloneRepository(t, project.origin, '--depth=1');
    const { env } = await runner(t, project);
    const ended = await runProgram(['edge'], { folder: shallow.folder, env });
    assert.equal(ended.exitCode, 6, ended.stderr);
    assert.match(ended.stderr, /HISTORY_SHALLOW|Cannot build main: the clone is shallow/);
    assert.deepEqual((await readPublished(project.data)).tags, {});
    const plan = await runProgram(['plan', '--edge'], { folder: shallow.folder, env });
    assert.equal(plan.exitCode, 6, plan.stderr);
    await runEdge(project);
    const status = await succeed(['status'], { folder: shallow.folder, env });
    assert.match(status, /the clone is shallow/);
  });

  void test('a merged branch is no state of main: only its merge is built', async (t) => {
    const project = await makeProject(t);
    await project.clone.git('checkout', '-q', '-b', 'side');
    const side = await project.clone.commit({ 'side.txt': 'x\n' });
    await project.clone.git('checkout', '-q', 'main');
    await project.clone.commit({ 'app.txt': 'two\n' });
    await project.clone.git('merge', '-q', '--no-ff', '--no-gpg-sign', '-m', 'merge', 'side');
    await project.clone.git('push', '-q', 'origin', 'main');
    await fails(project, { revision: side }, 'OFF_BRANCH');
    await runEdge(project, { revision: 'HEAD^1' });
    await runEdge(project);
    assert.equal((await channels(project))['edge'], await headOf(project));
  });

  void test('a release leaves the sha- tag of an earlier build, edge takes over the build of a release, neither touches the other', async (t) => {
    const project = await makeProject(t);
    const before = await runEdge(project);
    await project.tag('1.0.0');
    const said = await runProgram(['release', '1.0.0'], await runner(t, project));
    assert.equal(said.exitCode, 0, said.stderr);
    assert.match(said.stderr, /sha-[0-9a-f]{40} stays sha256:/);
    const built = await readPublished(project.data);
    const sha = built.tags[`sha-${await headOf(project)}`];
    assert.equal(sha, before.build.digest, 'the first published build keeps the name');
    assert.equal(built.tags['edge'], sha);
    assert.notEqual(built.tags['1.0.0'], sha, 'a release is a build of its own');

    await project.commit({ 'app.txt': 'two\n' });
    await project.tag('1.1.0');
    await succeed(['release', '1.1.0'], await runner(t, project));
    await succeed(['reconcile'], await runner(t, project));
    assert.equal((await readPublished(project.data)).tags['edge'], sha, 'reconcile does not touch edge');
    const adopted = await runEdge(project);
    assert.equal(adopted.build.built, false, 'the build of the release is taken over');
    const after = await readPublished(project.data);
    assert.equal(after.tags['edge'], after.tags['1.1.0']);
    assert.deepEqual(await aliases(project.data), { latest: '1.1.0', '1': '1.1.0', '1.1': '1.1.0', '1.0': '1.0.0' });
    assert.match(await succeed(['verify', '1.1.0'], await runner(t, project)), /1\.1\.0 is what was released/);
  });

  void test('gates of class edge guard the channels, those of releases do not, and the policy may publish no channel', async (t) => {
    const project = await makeProject(t);
    const forReleases = '  - {name: unit, classes: [rc, stable], command: ["false"]}\n';
    const smoke = '  - {name: smoke, on: candidate, classes: [edge], command: [test, "{image}", "=", other]}\n';
    await changePolicy(project, (text) => `${text}gates:\n${forReleases}${smoke}`);
    await fails(project, {}, 'GATE_FAILED');
    assert.deepEqual((await readPublished(project.data)).tags, {}, 'nothing has a name');
    await changePolicy(project, (text) => `${text.replace(smoke, '')}channels: {edge: false}\n`);
    await runEdge(project, { at: '2026-03-01T10:00:00Z' });
    assert.deepEqual(Object.keys(await channels(project)), ['nightly-2026-03-01']);
  });
});

/** Which commit each channel has the image of, by the `sha-` tags. */
async function channels(project: TestProject): Promise<Readonly<Record<string, string>>> {
  const { tags } = await readPublished(project.data);
  const commits = new Map(
    Object.entries(tags).flatMap(([tag, digest]) => (tag.startsWith('sha-') ? [[digest, tag.slice(4)]] : [])),
  );
  const names = Object.keys(tags).filter((tag) => tag === 'edge' || tag.startsWith('nightly-'));
  return Object.fromEntries(names.map((name) => [name, commits.get(tags[name] ?? '') ?? 'unknown']));
}

async function commitText(project: TestProject, text: string): Promise<string> {
  await project.commit({ 'app.txt': `${text}\n` });
  return headOf(project);
}

function headOf(project: TestProject): Promise<string> {
  return project.clone.git('rev-parse', 'HEAD');
}

async function fails(project: TestProject, run: EdgeRun, code: 'OFF_BRANCH' | 'GATE_FAILED'): Promise<void> {
  await assert.rejects(runEdge(project, run), (error) => isCutwaterError(error, code));
}
