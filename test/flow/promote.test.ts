import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeCandidates } from '../make/candidates.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject } from '../make/project.ts';
import { digestAt } from '../make/registry-writer.ts';
import { readStatement } from '../make/stated.ts';

/** What is wrong, and how `promote` must say so. Nothing may be left behind. */
interface Refusal {
  readonly name: string;
  readonly args: readonly string[];
  readonly arrange?: (project: TestProject) => Promise<unknown>;
  readonly exit?: number;
  readonly says: readonly RegExp[];
}

const promote2 = ['promote', '1.0.0-rc.2', '--push'];

const refusals: readonly Refusal[] = [
  {
    name: 'a commit of another build, with its paths',
    args: ['promote', '1.0.0-rc.1', '--push'],
    says: [
      /Cannot tag v1\.0\.0: the bytes validated as v1\.0\.0-rc\.1 would not be published: .* in one build input\n {2}app\.txt\n/,
      /next: Tag a commit of the same build, .*--rebuild --reason TEXT/,
    ],
  },
  {
    name: 'a commit of another build without its changelog section: both are said',
    args: promote2,
    arrange: (project) => project.commit({ 'app.txt': 'three\n', 'CHANGELOG.md': '# Changelog\n' }),
    says: [/2 things stand against it/, /"CHANGELOG\.md" has no section/, /app\.txt/],
  },
  {
    name: 'a candidate that has no tag',
    args: ['promote', '1.0.0-rc.9'],
    says: [/v1\.0\.0-rc\.9: there is no such tag/],
  },
  {
    name: 'a candidate that has no tag, in a working copy that is not the commit: both are said',
    args: ['promote', '1.0.0-rc.9'],
    arrange: ({ clone }) => writeFile(join(clone.folder, 'app.txt'), 'tried out\n'),
    says: [/2 things stand against it/, /1 files differ from HEAD/, /v1\.0\.0-rc\.9: there is no such tag/],
  },
  {
    name: 'another build, in a working copy that is not the commit: both are said',
    args: ['promote', '1.0.0-rc.1', '--push'],
    arrange: ({ clone }) => writeFile(join(clone.folder, 'app.txt'), 'tried out\n'),
    says: [/2 things stand against it/, /1 files differ from HEAD/, /the bytes validated as v1\.0\.0-rc\.1/],
  },
  {
    name: 'a candidate that is not published',
    args: ['promote', '1.0.0-rc.3'],
    arrange: (project) => project.tag('1.0.0-rc.3'),
    says: [/it promotes v1\.0\.0-rc\.3, which is not published\nnext: Run 'cutwater release 1\.0\.0-rc\.3' first/],
  },
  {
    name: 'a candidate that was withdrawn',
    args: promote2,
    arrange: async (project) => {
      const withdraw = ['withdraw', '1.0.0-rc.2', '--reason', 'loses uploads', '--aliases', 'move', '--push'];
      await succeed(withdraw, await maintainer(project));
    },
    says: [/a maintainer withdrew its candidate v1\.0\.0-rc\.2 \("loses uploads"\)\nnext: Restore v1\.0\.0-rc\.2/],
  },
  {
    name: 'a rebuild instead of a candidate that was withdrawn: no reason is needed',
    args: [...promote2, '--rebuild', '--reason', 'x'],
    arrange: async (project) => {
      const withdraw = ['withdraw', '1.0.0-rc.2', '--reason', 'loses uploads', '--aliases', 'move', '--push'];
      await succeed(withdraw, await maintainer(project));
    },
    says: [
      /Cannot build anew instead of v1\.0\.0-rc\.2: it was withdrawn .*\nnext: Name a candidate that stands, or run 'cutwater tag 1\.0\.0'/,
    ],
  },
  {
    name: 'a working copy that is not the commit',
    args: promote2,
    arrange: ({ clone }) => writeFile(join(clone.folder, 'app.txt'), 'tried out\n'),
    says: [/Cannot tag v1\.0\.0: 1 files differ from HEAD/],
  },
  {
    name: 'a stable version',
    args: ['promote', '1.0.0'],
    exit: 2,
    says: [/Cannot promote "v1\.0\.0": it is no release candidate/],
  },
  { name: 'a rebuild without a reason', args: [...promote2, '--rebuild'], exit: 2, says: [/the reason is empty/] },
  {
    name: 'the reason of a hotfix beside none',
    args: [...promote2, '--hotfix-reason', 'x'],
    exit: 2,
    says: [/--hotfix-reason is given, and no new build is asked for/],
  },
  {
    name: 'the reason of a hotfix, where it is none',
    args: [...promote2, '--rebuild', '--reason', 'x', '--hotfix-reason', 'y'],
    exit: 2,
    says: [/a reason is given/],
  },
  { name: 'a reason without a rebuild', args: [...promote2, '--reason', 'x'], exit: 2, says: [/Add --rebuild/] },
  {
    name: 'a stable tag that is there and names no candidate',
    args: promote2,
    arrange: (project) => project.tag('1.0.0'),
    says: [/the tag is there already and does not say "Promotes: v1\.0\.0-rc\.2 [0-9a-f]{40}"/],
  },
];

void test('promote', { concurrency: 2 }, async (p) => {
  const template = await makeCandidates(p);
  await Promise.all([
    p.test('makes the stable tag that names the candidate, once, and its release has these bytes', async (t) => {
      const project = await copyProject(t, template);
      const ada = await maintainer(project);
      const first = await succeed(['promote', 'v1.0.0-rc.2'], ada);
      assert.match(first, /^v1\.0\.0 is made, only in this clone: commit [0-9a-f]{12}/);
      assert.match(first, /the image is that of v1\.0\.0-rc\.2, byte for byte/);
      assert.match(first, /differs from it only in "CHANGELOG\.md", "docs\/notes\.md"/);
      assert.match(first, /next: Push it with 'cutwater tag v1\.0\.0 --push'/);
      const candidate = await project.clone.git('rev-parse', 'refs/tags/v1.0.0-rc.2');
      const message = await project.clone.git('tag', '--list', '--format=%(contents)', 'v1.0.0');
      assert.match(message, new RegExp(`^Release v1\\.0\\.0\n\nPromotes: v1\\.0\\.0-rc\\.2 ${candidate}`));
      const object = await project.clone.git('rev-parse', 'refs/tags/v1.0.0');
      assert.match(await succeed(['tag', 'v1.0.0', '--push'], ada), /v1\.0\.0 is there already, pushed/);
      const again = await readJson(['promote', '1.0.0-rc.2', '--push'], ada);
      assert.deepEqual([again['schema'], again['is'], again['remote']], ['cutwater.promotion/1', 'kept', 'there']);
      assert.equal(await project.origin.git('rev-parse', 'refs/tags/v1.0.0'), object);

      await succeed(['release', '1.0.0'], await runner(t, project));
      assert.equal(await digestAt(project.data, '1.0.0'), await digestAt(project.data, '1.0.0-rc.2'));
      assert.match(await succeed(promote2, ada), /v1\.0\.0 is there already, on the remote/);
    }),

    p.test('--at takes another commit, and says that a higher candidate is not what is promoted', async (t) => {
      const project = await copyProject(t, template);
      const ada = await maintainer(project);
      const shown = await succeed(['promote', '1.0.0-rc.1', '--at', 'v1.0.0-rc.1', '--push'], ada);
      assert.match(shown, /v1\.0\.0-rc\.2 is higher, and is not what is promoted/);
      await succeed(['release', '1.0.0'], await runner(t, project));
      assert.equal(await digestAt(project.data, '1.0.0'), await digestAt(project.data, '1.0.0-rc.1'));
    }),

    p.test('--rebuild signs the reason, which the release records', async (t) => {
      const project = await copyProject(t, template);
      await project.commit({ 'app.txt': 'three\n' });
      const ada = await maintainer(project);
      const shown = await succeed([...promote2, '--rebuild', '--reason', 'a new base'], ada);
      assert.match(shown, /built anew instead of taking that of v1\.0\.0-rc\.2: "a new base"/);
      await succeed(['release', '1.0.0'], await runner(t, project));
      const { rebuild } = await readStatement(project.data, '1.0.0');
      assert.deepEqual(rebuild, { reason: 'a new base', insteadOf: '1.0.0-rc.2' });
    }),

    p.test('waits for the evidence the policy asks for, and takes no candidate that failed', async (t) => {
      const project = await copyProject(t, template);
      const rules = 'evidence:\n  - name: staging\n    requiredFor: [stable]\n';
      // The policy is a build input, so the candidates that have it are further ones.
      await changePolicy(project, (text) => `${text}${rules}`);
      const ada = await maintainer(project);
      await project.tag('1.0.0-rc.3');
      await succeed(['release', '1.0.0-rc.3'], await runner(t, project));
      await succeed(['evidence', 'add', 'staging', '1.0.0-rc.3', '--result', 'fail', '--note', 'slow', '--push'], ada);
      const failed = await runProgram(['promote', '1.0.0-rc.3', '--push'], ada);
      assert.equal(failed.exitCode, 3, failed.stderr);
      assert.match(failed.stderr, /its candidate v1\.0\.0-rc\.3 did not pass \("staging: slow"\)/);
      await project.commit({ 'app.txt': 'faster\n' });
      await project.tag('1.0.0-rc.4');
      await succeed(['release', '1.0.0-rc.4'], await runner(t, project));
      await project.commit({ 'docs/notes.md': 'Upgrade, again.\n' });
      const early = await runProgram(['promote', '1.0.0-rc.4', '--push'], ada);
      assert.equal(early.exitCode, 8, early.stderr);
      assert.match(early.stderr, /Cannot tag v1\.0\.0 yet: staging has not passed/);
      assert.match(early.stderr, /next: .*'cutwater evidence add staging 1\.0\.0-rc\.4 --result pass --push'/);
      await succeed(['evidence', 'add', 'staging', '1.0.0-rc.4', '--result', 'pass', '--push'], ada);
      await succeed(['promote', '1.0.0-rc.4', '--push'], ada);
      await succeed(['release', '1.0.0'], await runner(t, project));
      assert.equal(await digestAt(project.data, '1.0.0'), await digestAt(project.data, '1.0.0-rc.4'));
    }),

    p.test('refuses, and leaves no tag behind', { concurrency: 1 }, async (r) => {
      for (const refusal of refusals)
        await r.test(refusal.name, async (t) => {
          const project = await copyProject(t, template);
          await refusal.arrange?.(project);
          const before = await tagsOf(project);
          const ended = await runProgram(refusal.args, await maintainer(project));
          assert.equal(ended.exitCode, refusal.exit ?? 3, ended.stderr);
          for (const words of refusal.says) assert.match(ended.stderr, words);
          assert.equal(ended.stderr.match(/^next: \S/gm)?.length, 1, ended.stderr);
          assert.deepEqual(await tagsOf(project), before);
        });
    }),

    p.test('tag, too, makes no stable tag whose release would be refused', async (t) => {
      const project = await copyProject(t, template);
      await project.commit({ 'app.txt': 'three\n' });
      const refused = await runProgram(['tag', '1.0.0', '--push'], await maintainer(project));
      assert.equal(refused.exitCode, 3, refused.stderr);
      assert.match(refused.stderr, /Cannot tag v1\.0\.0: the bytes validated as v1\.0\.0-rc\.2 would not be published/);
      assert.doesNotMatch((await tagsOf(project)).join(), /v1\.0\.0$/);
    }),
  ]);
});

function tagsOf({ clone, origin }: TestProject): Promise<readonly string[]> {
  return Promise.all([clone, origin].map((repository) => repository.git('for-each-ref', 'refs/tags')));
}
