import assert from 'node:assert/strict';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../src/domain/digest.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { pushEvidence } from '../make/evidence-tag.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { pushOver } from '../make/git-attacks.ts';
import { restate } from '../make/forged-statement.ts';
import { makeSshKey } from '../make/keys.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyData, copyProject, makeProject } from '../make/project.ts';
import { followed, readPublished } from '../make/published.ts';
import { readStatement } from '../make/stated.ts';

const pass = (name: string, version: string): readonly string[] => ['evidence', 'add', name, version, ...passed];
const passed = ['--result', 'pass', '--push'];

void test('evidence', { concurrency: 2 }, async (outer) => {
  const template = await makeCandidate(outer);
  await Promise.all([
    outer.test(
      'a release waits for every named result, takes them over, and an outsider judges them again',
      async (t) => {
        const project = await copyProject(t, template);
        const ada = await maintainer(project);
        await project.tag('1.0.0');
        const before = await readPublished(project.data);
        const waiting = await runProgram(['release', '1.0.0'], await runner(t, project));
        assert.equal(waiting.exitCode, 8, waiting.stderr);
        assert.match(waiting.stderr, /Cannot release v1\.0\.0 yet: staging, migration have not passed/);
        for (const name of ['staging', 'migration'])
          assert.match(
            waiting.stderr,
            new RegExp(`  ${name}: nobody has signed it; cutwater evidence add ${name} 1\\.0\\.0-rc\\.1 `),
          );
        assert.deepEqual(await readPublished(project.data), before, 'nothing was built');

        const plan = await readJson(['plan', '1.0.0'], ada);
        assert.match(JSON.stringify(plan['problems']), /"EVIDENCE_MISSING".*staging, migration have not passed/);

        await succeed(pass('staging', '1.0.0-rc.1'), ada);
        const report = join(await makeFolder(t), 'migration.env');
        await writeFile(report, `MIGRATION_STATUS=PENDING\n`);
        const add = ['evidence', 'add', 'migration', '1.0.0-rc.1', '--report', report, '--push'];
        await succeed(add, ada);
        const pending = await runProgram(['release', '1.0.0'], await runner(t, project));
        assert.equal(pending.exitCode, 8, pending.stderr);
        assert.match(
          pending.stderr,
          /migration: pending, signed by Ada .*migration\.env:1: MIGRATION_STATUS is PENDING/,
        );
        assert.doesNotMatch(pending.stderr, /staging/);
        const claim = await runProgram([...add, '--result', 'pass'], ada);
        assert.equal(claim.exitCode, 2, 'a person cannot say pass where the report does not');
        const commit = await project.clone.git('rev-parse', 'v1.0.0-rc.1^{commit}');
        await writeFile(report, `MIGRATION_STATUS=passed\nSOURCE_SHA=${commit}\n`);
        await succeed(add, ada);
        await succeed(['release', '1.0.0'], await runner(t, project));

        const { evidence } = await readStatement(project.data, '1.0.0');
        assert.deepEqual(
          evidence.map((one) => [one.name, one.outcome, one.outcome === 'passed' && one.report]),
          [
            ['staging', 'passed', null],
            ['migration', 'passed', digestOf(`MIGRATION_STATUS=passed\nSOURCE_SHA=${commit}\n`)],
          ],
        );
        const checked = await succeed(['verify', '1.0.0'], await runner(t, project));
        assert.match(checked, /ok +evidence migration +signed for 1\.0\.0-rc\.1 by Ada at /);
        await restate(project, '1.0.0', (release) => ({
          ...release,
          evidence: release.evidence.map((one) =>
            one.outcome === 'passed' ? { ...one, report: digestOf('other') } : one,
          ),
        }));
        const forged = await runProgram(['verify', '1.0.0'], ada);
        assert.equal(forged.exitCode, 3, forged.stdout);
        assert.match(
          forged.stdout,
          /FAILED +evidence staging +the statement says something else of it than it says itself/,
        );
      },
    ),

    outer.test(
      'nothing but a maintainer’s own word about this very image counts, and the rest is shown with the reason',
      async (t) => {
        const project = await copyProject(t, template);
        const { clone } = project;
        const ada = await maintainer(project);
        const staging = { name: 'staging', version: '1.0.0-rc.1' };
        const other = objectId(await clone.git('rev-parse', 'HEAD~1'));
        await pushEvidence(project, staging, { tag: { by: await makeSshKey(t) } });
        await pushEvidence(project, { ...staging, number: 2 }, { change: { commit: other } });
        await pushEvidence(project, { ...staging, number: 3 }, { change: { project: 'other' } });
        await pushEvidence(project, { ...staging, number: 4 }, { change: { release: objectId('a'.repeat(40)) } });
        await pushEvidence(project, { ...staging, number: 5 }, { change: { evidence: 'migration' } });
        // Not in the change: the digest of the image as it is.
        await pushEvidence(project, { ...staging, number: 6 }, { change: { digest: undefined } });
        const replayed = await pushEvidence(project, { name: 'migration', version: '1.0.0-rc.1' });
        await clone.pointTag(
          'evidence/staging/v1.0.0-rc.1/7',
          objectId(await clone.git('rev-parse', `refs/tags/${replayed}`)),
        );
        await pushOver(project, 'evidence/staging/v1.0.0-rc.1/7');
        // What a maintainer signed is kept beside the image, whatever follows from it; the rest is not.
        await succeed(['reconcile'], await runner(t, project));
        const kept = Object.keys((await readPublished(project.data)).tags).flatMap(
          (tag) => /^evidence-(\d+)-[0-9a-f]{12}_([a-z]+)_/.exec(tag)?.slice(1, 3).join(' ') ?? [],
        );
        assert.deepEqual(kept.toSorted(), ['1 migration', '2 staging', '4 staging', '6 staging']);
        const list = await succeed(['evidence', 'list', '1.0.0'], ada);
        const reasons: readonly RegExp[] = [
          /staging\/v1\.0\.0-rc\.1\/1 .*does not count: .*key/,
          /staging\/v1\.0\.0-rc\.1\/2 .*ignored: is about commit [0-9a-f]{12}/,
          /staging\/v1\.0\.0-rc\.1\/3 .*does not count: is about project "other"/,
          /staging\/v1\.0\.0-rc\.1\/4 .*ignored: is about another tag object/,
          /staging\/v1\.0\.0-rc\.1\/5 .*does not count: its message speaks of something else than its name/,
          /staging\/v1\.0\.0-rc\.1\/6 .*ignored: names no image/,
          /staging\/v1\.0\.0-rc\.1\/7 .*does not count: was signed under the name/,
          /migration +passed/,
          /staging +missing/,
        ];
        for (const reason of reasons) assert.match(list, reason);
        await project.tag('1.0.0');
        const refused = await runProgram(['release', '1.0.0'], await runner(t, project));
        assert.equal(refused.exitCode, 8, refused.stderr);
        assert.match(refused.stderr, /Cannot release v1\.0\.0 yet: staging has not passed/);
        // The next number is free of all that, and what others put beside it hides nothing.
        const added = await readJson(pass('staging', '1.0.0-rc.1'), ada);
        assert.match(JSON.stringify(added), /evidence\/staging\/v1\.0\.0-rc\.1\/8"/);
        await succeed(['release', '1.0.0'], await runner(t, project));
      },
    ),

    outer.test('what is signed lives in git and registry, and neither can forget it alone', async (t) => {
      const project = await copyProject(t, template);
      const ada = await maintainer(project);
      const unpushed = await succeed(['evidence', 'add', 'staging', '1.0.0-rc.1', '--result', 'pass'], ada);
      assert.match(unpushed, /It counts once it is pushed/);
      assert.match(await succeed(['evidence', 'list'], ada), /staging +missing[^]*does not count: is not pushed yet/);
      // Run again, as after a crash before the push: the same tag goes out, no second one.
      assert.match(await succeed(pass('staging', '1.0.0-rc.1'), ada), /\/1 was signed by an earlier run/);
      const withStaging = await copyData(t, project);
      await succeed(pass('migration', '1.0.0-rc.1'), ada);
      const tags = (await project.clone.git('tag', '--list', 'evidence/*')).split('\n');
      assert.deepEqual(tags, ['evidence/migration/v1.0.0-rc.1/1', 'evidence/staging/v1.0.0-rc.1/1']);
      // The remote forgets one, the registry the other.
      await rm(project.data, { recursive: true });
      await cp(withStaging, project.data, { recursive: true });
      await project.origin.git('tag', '-d', 'evidence/staging/v1.0.0-rc.1/1');
      await project.tag('1.0.0');
      await succeed(['release', '1.0.0'], await runner(t, project));
    }),

    outer.test(
      'a failed candidate is recorded, is never promoted, and the next one opens the round again',
      async (t) => {
        const project = await copyProject(t, template);
        const ada = await maintainer(project);
        await succeed(pass('staging', '1.0.0-rc.1'), ada);
        await succeed(pass('migration', '1.0.0-rc.1'), ada);
        const opened = await succeed(['status'], ada);
        assert.match(opened, /1\.0\.0-rc\.1 +open: ready to be promoted/);
        assert.match(opened, /^No stable version is published yet\.$/m, 'the candidate is published');
        const fail = [
          'evidence',
          'add',
          'staging',
          '1.0.0-rc.1',
          '--result',
          'fail',
          '--note',
          'loses uploads',
          '--push',
        ];
        await succeed(fail, ada);
        assert.match(await succeed(['status'], ada), /1\.0\.0-rc\.1 +failed: staging: loses uploads/);
        const promoted = await runProgram(['promote', '1.0.0-rc.1', '--push'], ada);
        assert.equal(promoted.exitCode, 3, promoted.stderr);
        assert.match(promoted.stderr, /v1\.0\.0-rc\.1 did not pass \("staging: loses uploads"\)/);
        // A tag made with git alone gets no further, and not by building the same source anew either.
        const copy = await copyProject(t, project);
        await copy.tag('1.0.0');
        const before = followed(await readPublished(copy.data));
        const refused = await runProgram(['release', '1.0.0'], await runner(t, copy));
        assert.equal(refused.exitCode, 3, refused.stderr);
        assert.match(
          refused.stderr,
          /Cannot release v1\.0\.0: staging failed\n {2}staging: failed for v1\.0\.0-rc\.1, signed by Ada .*"loses uploads"/,
        );
        assert.deepEqual(followed(await readPublished(copy.data)), before);

        await project.commit({ 'app.txt': 'mended\n' });
        await project.tag('1.0.0-rc.2');
        await succeed(['release', '1.0.0-rc.2'], await runner(t, project));
        const status = await succeed(['status'], ada);
        assert.match(status, /1\.0\.0-rc\.2 +open: waits for staging, migration/);
        assert.match(status, /1\.0\.0-rc\.1 +failed: staging: loses uploads/);
        const early = await runProgram(['promote', '1.0.0-rc.2', '--push'], ada);
        assert.equal(early.exitCode, 8, early.stderr);
        assert.equal(await project.clone.git('tag', '--list', 'v1.0.0'), '', 'no tag is made that would have to wait');
        await succeed(pass('staging', '1.0.0-rc.2'), ada);
        await succeed(pass('migration', '1.0.0-rc.2'), ada);
        await succeed(['promote', '1.0.0-rc.2', '--push'], ada);
        await succeed(['release', '1.0.0'], await runner(t, project));
        assert.doesNotMatch(await succeed(['status'], ada), /1\.0\.0-rc\.1 +failed/);
      },
    ),

    outer.test(
      'a failure that is signed while the release is under way stops it before anything is signed',
      async (t) => {
        const project = await copyProject(t, template);
        const ada = await maintainer(project);
        const failure = 'evidence/staging/v1.0.0-rc.2/2';
        const publishes = ['git', '-C', project.clone.folder, 'push', '-q', 'origin', `refs/tags/${failure}`];
        const gate = `gates:\n  - name: slow\n    classes: [stable]\n    on: candidate\n    command: ${JSON.stringify(publishes)}\n`;
        await changePolicy(project, (text) => `${text}${gate}`);
        await project.tag('1.0.0-rc.2');
        await succeed(['release', '1.0.0-rc.2'], await runner(t, project));
        for (const name of ['staging', 'migration']) await succeed(pass(name, '1.0.0-rc.2'), ada);
        await project.tag('1.0.0');
        const made = await readJson(['evidence', 'add', 'staging', '1.0.0-rc.2', '--result', 'fail'], ada);
        assert.ok(JSON.stringify(made).includes(`"${failure}"`));
        const before = followed(await readPublished(project.data));
        const stopped = await runProgram(['release', '1.0.0'], await runner(t, project));
        assert.equal(stopped.exitCode, 3, stopped.stderr);
        assert.match(stopped.stderr, /gate slow passed[^]*Cannot release v1\.0\.0: staging failed/);
        assert.deepEqual(followed(await readPublished(project.data)), before);
        // A later result overrules it; the release goes on with the image it has.
        await succeed(pass('staging', '1.0.0-rc.2'), ada);
        await succeed(['release', '1.0.0'], await runner(t, project));
      },
    ),
  ]);
});

void test('a hotfix of a critical path waits for its drill, another one does not, and both say so in the statement', async (t) => {
  const project = await makeProject(t);
  await changePolicy(project, (text) => `${text}${drills}`, { 'db/schema.sql': 'one\n' });
  await project.tag('1.0.0');
  await succeed(['release', '1.0.0'], await runner(t, project));
  await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.0.1', 'v1.0.0');
  await project.commit({ 'app.txt': 'mended\n' });
  await project.tag('1.0.1');
  await succeed(['release', '1.0.1'], await runner(t, project));
  const harmless = await readStatement(project.data, '1.0.1');
  assert.deepEqual(harmless.evidence, [{ name: 'restore-drill', outcome: 'not-required', since: 'v1.0.0' }]);
  assert.deepEqual(harmless.gates, [{ name: 'schema', on: 'source', outcome: 'not-required', since: 'v1.0.0' }]);
  assert.match(
    await succeed(['verify', '1.0.1'], await runner(t, project)),
    /ok +evidence restore-drill +not required: no critical path changed since v1\.0\.0/,
  );

  const ada = await maintainer(project);
  await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.0.2', 'v1.0.1');
  const log = ['1.0.2', '1.0.1', '1.0.0'].map((version) => `## [${version}] - 2026-01-01\n\n- Something.`);
  await project.commit({ 'db/schema.sql': 'two\n', 'CHANGELOG.md': `# Changelog\n\n${log.join('\n\n')}\n` });
  await project.tag('1.0.2');
  const waiting = await runProgram(['release', '1.0.2'], await runner(t, project));
  assert.equal(waiting.exitCode, 8, waiting.stderr);
  assert.match(waiting.stderr, /restore-drill: nobody has signed it \(db\/schema\.sql changed since v1\.0\.1\)/);
  const plan = await runProgram(['plan', '1.0.2'], ada);
  assert.match(plan.stdout, /schema +source +runs with the release +- +db\/schema\.sql changed since v1\.0\.1/);
  assert.match(plan.stdout, /restore-drill +missing/);
  assert.match(await succeed(['status'], ada), /1\.0\.2: Cannot release v1\.0\.2 yet: restore-drill has not passed/);
  // That it is merged back before it is released spares it nothing that is asked of hotfixes.
  await project.clone.git('checkout', '-q', 'main');
  await project.clone.git('merge', '-q', '--no-ff', '--no-gpg-sign', '-m', 'merge back', 'hotfix/v1.0.2');
  await project.clone.git('push', '-q', 'origin', 'main');
  const merged = await runProgram(['release', '1.0.2'], await runner(t, project));
  assert.equal(merged.exitCode, 8, merged.stderr);
  // Validated before there is an image: it speaks for whatever this tag is built into.
  await succeed(pass('restore-drill', '1.0.2'), ada);
  await succeed(['release', '1.0.2'], await runner(t, project));
  const { evidence, gates } = await readStatement(project.data, '1.0.2');
  assert.deepEqual(
    evidence.map((one) => (one.outcome === 'passed' ? [one.name, one.version, one.image] : one)),
    [['restore-drill', '1.0.2', null]],
  );
  assert.deepEqual(
    gates.map(({ name, outcome }) => [name, outcome]),
    [['schema', 'passed']],
  );
  await succeed(['verify', '1.0.2'], await runner(t, project));
});

const drills = `gates:
  - name: schema
    classes: [hotfix]
    whenChanged: ["db/**"]
    command: [node, -e, "console.log('checked')"]
evidence:
  - name: restore-drill
    requiredFor: [hotfix]
    whenChanged: ["db/**"]
`;

/** A project with 1.0.0-rc.1 published, whose stable release asks for two results. */
async function makeCandidate(scope: Scope): Promise<TestProject> {
  const project = await makeProject(scope);
  await changePolicy(project, (text) => `${text}evidence:\n  - name: staging\n  - name: migration\n`);
  await project.tag('1.0.0-rc.1');
  await succeed(['release', '1.0.0-rc.1'], await runner(scope, project));
  return project;
}
