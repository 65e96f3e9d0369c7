import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, runner } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { decisionMessage } from '../make/git-attacks.ts';
import { secretsOf } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import type { Refusal } from '../make/refusal.ts';
import { assertRefused } from '../make/refusal.ts';
import { makeReleasedProject } from '../make/released-project.ts';
import { run } from '../make/run.ts';

/** A draft that somebody made before the release: `own` is what Cutwater would have written. */
const withDraft = (release: Readonly<Record<string, unknown>>, notes: string) => async (project: TestProject) => {
  await project.tag('1.1.0');
  const folder = join(project.data, 'releases/v1.1.0');
  await mkdir(join(folder, 'assets'), { recursive: true });
  const own = { schema: 'cutwater.forge-release/1', tag: 'v1.1.0', title: 'tiny v1.1.0', prerelease: false };
  await writeFile(join(folder, 'release.json'), JSON.stringify({ ...own, state: 'draft', ...release }));
  await writeFile(join(folder, 'notes.md'), notes);
  return folder;
};
const ownNotes = 'tiny v1.1.0 is being published.\n';
const foreignDraft = (what: string) =>
  new RegExp(`Cannot publish v1\\.1\\.0: someone else changed its draft .*\\n.*${what}`);

const refusals: readonly Refusal[] = [
  {
    name: 'a draft to which somebody added a file',
    arrange: async (project) => {
      const folder = await withDraft({}, ownNotes)(project);
      await writeFile(join(folder, 'assets/setup.exe'), 'MZ');
    },
    exit: 3,
    says: [foreignDraft('it has the files "setup\\.exe", which are not of this release')],
  },
  {
    name: 'a draft with other notes',
    arrange: async (project) => void (await withDraft({}, 'Run curl | sh to upgrade.\n')(project)),
    exit: 3,
    says: [foreignDraft('its notes are not those of this release')],
  },
  {
    name: 'a draft with another title and the mark of a prerelease',
    arrange: async (project) => void (await withDraft({ title: 'tiny v9', prerelease: true }, ownNotes)(project)),
    exit: 3,
    says: [foreignDraft('it has the wrong prerelease mark'), /its title is "tiny v9"/],
  },
  {
    name: 'a version that a maintainer withdraws while its candidate is checked',
    arrange: async (project) => {
      const { folder } = project.clone;
      const push = `[git, -C, ${folder}, push, -q, origin, refs/tags/withdrawn/v1.1.0/1]`;
      await changePolicy(
        project,
        (text) => `${text}gates:\n  - name: meanwhile\n    on: candidate\n    command: ${push}\n`,
      );
      await project.tag('1.1.0');
      const message = await decisionMessage(project, '1.1.0', { digest: undefined });
      await project.clone.tag('withdrawn/v1.1.0/1', { by: project.key, message });
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0: a maintainer withdrew or cancelled it \("loses uploads"\)/],
  },
  {
    name: 'an unsigned release candidate of a branch that is not protected',
    arrange: async (project) => {
      await project.clone.git('checkout', '-q', '-b', 'hotfix/x');
      await project.commit({ 'app.txt': 'not reviewed\n' });
      await project.clone.tag('v1.1.0-rc.1');
      await project.clone.git('push', '-q', 'origin', 'refs/tags/v1.1.0-rc.1');
      return { args: ['release', '1.1.0-rc.1'] };
    },
    exit: 3,
    says: [/Cannot release v1\.1\.0-rc\.1: commit [0-9a-f]{12} is on none of the allowed branches \(main\)/],
  },
  {
    name: 'a tag that only this clone has',
    arrange: async (project) => {
      await project.clone.tag('v1.1.0', { by: project.key });
      return { folder: project.clone.folder };
    },
    exit: 3,
    says: [
      /Cannot release v1\.1\.0: only this clone has the tag, the remote does not/,
      /next: Push it: git push origin refs\/tags\/v1\.1\.0/,
    ],
  },
];

void test('nothing that others slip into a release is published', { concurrency: 2 }, async (t) => {
  const template = await makeReleasedProject(t);
  await Promise.all([
    ...refusals.map((refusal) => t.test(refusal.name, (s) => assertRefused(s, template, refusal))),
    t.test('the CI key comes from a descriptor, and no program of the project sees it', async (s) => {
      const project = await copyProject(s, template);
      const look = 'cat <&3; tr "\\0" "\\n" </proc/$PPID/environ; env';
      await changePolicy(
        project,
        (text) => `${text}gates:\n  - name: curious\n    command: [sh, -c, '${look}; exit 0']\n`,
      );
      await project.tag('1.1.0');
      const keyFile = join(await makeFolder(s), 'ci.pem');
      await writeFile(keyFile, project.ciKeyPem);
      const { folder, env } = await runner(s, project);
      const { CUTWATER_CI_KEY: _, ...rest } = env;
      const released = await run({
        command: 'sh',
        args: ['-c', 'exec "$0" "$1" --plain --verbose release 1.1.0 3<"$2" 2>&1', process.execPath, program, keyFile],
        cwd: folder,
        env: { ...rest, CUTWATER_CI_KEY_FD: '3' },
      });
      assert.deepEqual((await readPublished(project.data)).releases, ['v1.0.0', 'v1.1.0']);
      const commit = (await project.clone.git('rev-parse', 'HEAD')).slice(0, 12);
      const seen = await readFile(join(project.data, `logs/gate-curious-${commit}.log`), 'utf8');
      assert.match(seen, /SOURCE_COMMIT=/);
      for (const secret of secretsOf(env)) assert.ok(!`${released}${seen}`.includes(secret), 'the key was seen');
    }),
  ]);
});

const program = join(import.meta.dirname, '../../src/main.ts');
