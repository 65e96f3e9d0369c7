import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openReleaseProject } from '../../src/cli/compose-release.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { readVersion } from '../../src/domain/version.ts';
import { release } from '../../src/engine/release/release.ts';
import { maintainer, runner } from '../make/actors.ts';
import { makeCandidates } from '../make/candidates.ts';
import { restate } from '../make/forged-statement.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject } from '../make/project.ts';
import { aliases, followed, readPublished } from '../make/published.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';
import { silentContext } from '../make/silent-context.ts';
import { readStatement } from '../make/stated.ts';

void test('promotions', { concurrency: 2 }, async (p) => {
  const template = await makeCandidates(p);
  await Promise.all([
    p.test(
      'a stable release of an equivalent commit has the bytes, the SBOMs and the provenance of its candidate',
      async (t) => {
        const project = await copyProject(t, template);
        const ada = await maintainer(project);
        const [built, released] = await commitsOf(project, 'v1.0.0-rc.2', 'HEAD');
        const planned = {
          from: 'promotion',
          version: '1.0.0-rc.2',
          digest: await digestAt(project.data, '1.0.0-rc.2'),
        };
        const image = { ...planned, buildCommit: built, differs: ['CHANGELOG.md', 'docs/notes.md'] };
        assert.deepEqual((await readJson(['plan', '1.0.0'], ada))['image'], image);
        await project.tag('1.0.0');
        const before = await readPublished(project.data);
        const ended = await runProgram(['release', '1.0.0'], await runner(t, project));
        assert.equal(ended.exitCode, 0, ended.stderr);
        assert.match(ended.stderr, /the image is that of v1\.0\.0-rc\.2, byte for byte, built from commit/);
        assert.match(ended.stderr, /differs from it only in "CHANGELOG\.md", "docs\/notes\.md", which no build reads/);

        const after = await readPublished(project.data);
        assert.equal(after.tags['1.0.0'], before.tags['1.0.0-rc.2']);
        assert.deepEqual(
          shaTags(after.tags),
          shaTags(before.tags),
          'no sha- tag says that the stable commit was built',
        );
        assert.deepEqual(await aliases(project.data), { latest: '1.0.0', '1': '1.0.0', '1.0': '1.0.0' });
        const candidate = await readStatement(project.data, '1.0.0-rc.2');
        const stable = await readStatement(project.data, '1.0.0');
        assert.deepEqual([stable.source.commit, stable.build.commit], [released, built]);
        assert.deepEqual(stable.promotes, { version: '1.0.0-rc.2', tag: candidate.tag.object });
        assert.deepEqual(stable.documents, candidate.documents);
        const files = (version: string): readonly string[] =>
          ['provenance.sigstore.json', 'sbom-linux-amd64.cdx.json'].map(
            (name) => after.files[`${version}/assets/${name}`] ?? '',
          );
        assert.deepEqual(files('v1.0.0'), files('v1.0.0-rc.2'));
        assert.match(await readNotes(project, 'v1.0.0'), /It is the image of `1\.0\.0-rc\.2`, byte for byte/);

        assert.match(await succeed(['release', '1.0.0'], await runner(t, project)), /published already/);
        assert.deepEqual((await readJson(['plan', '1.0.0'], ada))['image'], image);
        assert.match(
          await succeed(['verify', '1.0.0'], ada),
          /ok +build commit +built from [0-9a-f]{12} as 1\.0\.0-rc\.2; the tag's commit differs only in CHANGELOG\.md/,
        );
        const other = objectId(await project.clone.git('rev-parse', 'v1.0.0-rc.1^{commit}'));
        const first = objectId(await objectOf(project, 'v1.0.0-rc.1'));
        await restate(project, '1.0.0', (release) => ({ ...release, promotes: { version: '1.0.0-rc.1', tag: first } }));
        assert.match(
          (await runProgram(['verify', '1.0.0'], ada)).stdout,
          /FAILED +provenance +it speaks of another tag/,
        );
        await restate(project, '1.0.0', (release) => ({ ...release, build: { commit: other } }));
        const forged = await runProgram(['verify', '1.0.0'], ada);
        assert.equal(forged.exitCode, 3, forged.stdout);
        assert.match(forged.stdout, /FAILED +build commit +.*the tag's commit differs in build inputs: app\.txt/);
      },
    ),

    p.test(
      'a stable tag of another build is refused with the paths, unless a maintainer signed the reason for a rebuild',
      async (t) => {
        const project = await copyProject(t, template);
        await project.commit({ 'app.txt': 'three\n' });
        const unchanged = followed(await readPublished(project.data));
        const plan = await readJson(['plan', '1.0.0'], await maintainer(project));
        assert.match(JSON.stringify(plan['problems']), /"PROMOTION_REFUSED".*app\.txt.*cutwater promote RC --rebuild/);
        await tagWith(project, 'v1.0.0', 'Release v1.0.0\n\nRebuild: the base image had a hole <b>');
        await tagWith(project, 'v1.0.1', 'Release v1.0.1');
        const copy = await copyProject(t, project);
        await tagWith(copy, 'v1.0.0', 'Release v1.0.0, as agreed');
        const refused = await runProgram(['release', '1.0.0'], await runner(t, copy));
        assert.equal(refused.exitCode, 3, refused.stderr);
        assert.match(
          refused.stderr,
          /Cannot release v1\.0\.0: the bytes validated as v1\.0\.0-rc\.2 would not be published: its commit [0-9a-f]{12} differs in one build input\n {2}app\.txt\nnext: Release the next version/,
        );
        assert.deepEqual(followed(await readPublished(copy.data)), unchanged);
        assert.equal((await readPublished(copy.data)).tags[`candidate-${await objectOf(copy, 'v1.0.0')}`], undefined);
        assert.match(
          await succeed(['status'], await runner(t, copy)),
          /v?1\.0\.0: Cannot release v1\.0\.0: the bytes validated as v1\.0\.0-rc\.2 would not be/,
        );
        // The next version has no candidates, so nothing that was validated is passed over.
        await succeed(['release', '1.0.1'], await runner(t, copy));

        await succeed(['release', '1.0.0'], await runner(t, project));
        const stable = await readStatement(project.data, '1.0.0');
        assert.deepEqual(stable.rebuild, { reason: 'the base image had a hole <b>', insteadOf: '1.0.0-rc.2' });
        assert.equal(stable.promotes, undefined);
        assert.notEqual(await digestAt(project.data, '1.0.0'), await digestAt(project.data, '1.0.0-rc.2'));
        assert.match(
          await readNotes(project, 'v1.0.0'),
          /instead of taking the image of `1\.0\.0-rc\.2`: the base image had a hole &lt;b&gt;/,
        );
        await succeed(['verify', '1.0.0'], await maintainer(project));
      },
    ),

    p.test('the candidate that the tag names is the one, though a higher one is published too', async (t) => {
      const project = await copyProject(t, template);
      await project.commit({ 'app.txt': 'one\n' });
      await tagWith(
        project,
        'v1.0.0',
        `Release v1.0.0\n\nPromotes: v1.0.0-rc.1 ${await objectOf(project, 'v1.0.0-rc.1')}`,
      );
      const ended = await runProgram(['release', '1.0.0'], await runner(t, project));
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.match(ended.stderr, /v1\.0\.0-rc\.2 is higher, and is not what is promoted/);
      assert.equal(await digestAt(project.data, '1.0.0'), await digestAt(project.data, '1.0.0-rc.1'));
    }),
    p.test('somebody who may push images cannot have the image of another candidate taken', async (t) => {
      const named = `Release v1.0.0\n\nPromotes: v1.0.0-rc.2 ${await objectOf(template, 'v1.0.0-rc.2')}`;
      const foreign = /Cannot release image sha256:[0-9a-f]{64}: .* no CI key signed that it was built for this tag/;
      for (const [message, pinned, says] of [
        [named, '1.0.0-rc.1', foreign],
        ['Release v1.0.0\n\nRebuild: a new base', '1.0.0-rc.2', foreign],
        ['Release v1.0.0', '1.0.0-rc.1', /the bytes validated as v1\.0\.0-rc\.1 would not be published/],
      ] as const) {
        const project = await copyProject(t, template);
        await tagWith(project, 'v1.0.0', message);
        const pin = `candidate-${await objectOf(project, 'v1.0.0')}`;
        await pointImageTags(project.data, await digestAt(project.data, pinned), pin);
        const before = await readPublished(project.data);
        const refused = await runProgram(['release', '1.0.0'], await runner(t, project));
        assert.equal(refused.exitCode, 3, refused.stderr);
        assert.match(refused.stderr, says);
        assert.deepEqual(await readPublished(project.data), before);
      }
    }),

    p.test(
      'a run that finds another candidate pinned meanwhile goes on with that one, and says so in the statement',
      async (t) => {
        const project = await copyProject(t, template);
        const [, first] = await commitsOf(project, 'HEAD', 'v1.0.0-rc.1');
        // The second candidate is of the same build as the first one, and so is the release.
        await project.clone.git('checkout', '-q', '-B', 'main', first ?? '');
        await project.clone.git('push', '-q', '--force', 'origin', 'main');
        await project.commit({ 'docs/notes.md': 'Again.\n' });
        await project.tag('1.0.0-rc.3');
        const at = await runner(t, project);
        await succeed(['release', '1.0.0-rc.3'], at);
        await project.tag('1.0.0');
        const pin = `candidate-${await objectOf(project, 'v1.0.0')}`;
        const other = await digestAt(project.data, '1.0.0-rc.1');
        const opened = await openReleaseProject(silentContext(at));
        const { repository } = opened.world;
        let raced = false;
        const slow = new Proxy(repository, {
          get: (target, name, receiver) =>
            name !== 'writeManifest'
              ? Reflect.get(target, name, receiver)
              : async (...args: Parameters<typeof repository.writeManifest>) => {
                  if (args[0] === pin && !raced) {
                    raced = true;
                    await pointImageTags(project.data, other, pin);
                  }
                  return repository.writeManifest(...args);
                },
        });
        await release({ ...opened.world, repository: slow }, opened.loaded, readVersion('1.0.0'));
        await opened.close();
        assert.ok(raced);
        const { promotes, build } = await readStatement(project.data, '1.0.0');
        assert.deepEqual([promotes?.version, build.commit], ['1.0.0-rc.1', first]);
        assert.equal(await digestAt(project.data, '1.0.0'), other);
        await succeed(['verify', '1.0.0'], await maintainer(project));
      },
    ),
  ]);
});

async function tagWith(project: TestProject, name: string, message: string): Promise<void> {
  await project.clone.tag(name, { by: project.key, message });
  await project.clone.git('push', '-q', '--force', 'origin', `refs/tags/${name}`);
}

function objectOf(project: TestProject, tag: string): Promise<string> {
  return project.clone.git('rev-parse', `refs/tags/${tag}`);
}

async function commitsOf(project: TestProject, ...revisions: readonly string[]): Promise<readonly string[]> {
  return Promise.all(revisions.map((revision) => project.clone.git('rev-parse', `${revision}^{commit}`)));
}

function readNotes(project: TestProject, tag: string): Promise<string> {
  return readFile(join(project.data, 'releases', tag, 'notes.md'), 'utf8');
}

function shaTags(tags: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(tags).filter((tag) => tag.startsWith('sha-'));
}
