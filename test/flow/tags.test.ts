import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { cloneRepository, signerArguments } from '../make/git-repository.ts';
import { makeOpenpgpKey, makeSshKey } from '../make/keys.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject, makeProject } from '../make/project.ts';
import { makeReleasedProject } from '../make/released-project.ts';

/** What is wrong, and how `tag` must say so. */
interface TagRefusal {
  readonly name: string;
  readonly arrange: (project: TestProject, scope: Scope) => Promise<unknown>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit?: number;
  readonly says: readonly RegExp[];
}

const push = (project: TestProject, ref: string) => project.clone.git('push', '-q', 'origin', ref);
const ordered = ['tag', '1.1.0', '--push'];

const refusals: readonly TagRefusal[] = [
  {
    name: 'a working copy that is not the commit',
    arrange: ({ clone }) => writeFile(join(clone.folder, 'app.txt'), 'tried out\n'),
    says: [/Cannot tag v1\.1\.0: 1 files differ from HEAD/, /unstaged "app\.txt"/, /next: .*--at COMMIT/],
  },
  {
    name: 'a commit on no release branch, here or on the remote',
    arrange: async (project) => {
      await project.clone.git('checkout', '-q', '-b', 'feature/x');
      await project.commit({ 'app.txt': 'elsewhere\n' });
    },
    says: [/Cannot tag v1\.1\.0: commit [0-9a-f]{12} is on none of the allowed branches \(main, hotfix\/\*\)/],
  },
  {
    name: 'a version below its line, although the higher one was withdrawn',
    arrange: async (project) => {
      await project.tag('1.1.1');
      const at = await maintainer(project);
      await succeed(['withdraw', '1.1.1', '--reason', 'never mind', '--aliases', 'move', '--push'], at);
    },
    says: [/Cannot tag v1\.1\.0: git tag v1\.1\.1 is higher in the line 1\.1/],
  },
  {
    name: 'a number that was used before, whose tag is gone',
    arrange: async (project) => {
      await project.tag('1.1.0');
      const at = await maintainer(project);
      await succeed(['withdraw', '1.1.0', '--reason', 'never mind', '--aliases', 'move', '--push'], at);
      await push(project, ':refs/tags/v1.1.0');
      await project.clone.git('tag', '-d', 'v1.1.0');
    },
    says: [/Cannot tag v1\.1\.0: the number was used before \(a tag withdrawn\/\.\.\.\)/],
  },
  {
    name: 'an image tag that another git tag claims',
    arrange: async (project) => {
      await project.clone.tag('1.1.0', { kind: 'lightweight' });
      await push(project, 'refs/tags/1.1.0');
    },
    says: [/the git tags "1\.1\.0" and "v1\.1\.0" would both claim image tag 1\.1\.0/],
  },
  {
    name: 'a stable version without its changelog section, off every branch: both are said',
    arrange: async (project) => {
      await project.clone.git('checkout', '-q', '-b', 'feature/x');
      await project.commit({ 'CHANGELOG.md': '# Changelog\n\n## [Unreleased]\n' });
    },
    says: [
      /2 things stand against it/,
      /none of the allowed branches/,
      /"CHANGELOG\.md" has no section/,
      /next: Mend all/,
    ],
  },
  {
    name: 'a key that is no maintainer of the protected branch, although the branch to be tagged says so',
    arrange: async (project, scope) => {
      const key = await makeSshKey(scope);
      await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.1.0');
      await changePolicy(project, (text) =>
        text.replace('  ci:\n', `    - {name: Eve, ssh: ${key.publicKey}}\n  ci:\n`),
      );
      await project.clone.git('config', 'user.signingKey', key.privateKeyFile);
    },
    says: [/Cannot tag v1\.1\.0: .*SHA256:.*; no tag was made/, /next: Run 'cutwater doctor'/],
  },
  {
    name: 'a key that cannot sign',
    arrange: ({ clone, key }) => clone.git('config', 'user.signingKey', `${key.privateKeyFile}.gone`),
    exit: 2,
    says: [/Cannot sign tag "v1\.1\.0"/],
  },
  {
    name: 'a tag that is another object here than on the remote',
    arrange: async (project) => {
      await project.tag('1.1.0');
      await project.clone.tag('v1.1.0', { by: project.key, message: 'again' });
    },
    says: [/the tag is [0-9a-f]{40} in this clone and [0-9a-f]{40} on the remote/],
  },
  {
    name: 'a tag of this clone alone at another commit',
    arrange: async (project) => {
      await project.clone.tag('v1.1.0', { by: project.key });
      await project.commit({ 'app.txt': 'three\n' });
    },
    says: [/the tag is there in this clone, and not on the remote, at commit [0-9a-f]{40}, [0-9a-f]{40} is wanted/],
  },
  {
    name: 'a tag of this clone alone that would be refused later',
    arrange: async (project, scope) => project.clone.tag('v1.1.0', { by: await makeSshKey(scope) }),
    says: [/in this clone, and not on the remote, and it is signed by/, /next: .*git tag -d v1\.1\.0/],
  },
  {
    name: 'a clock before the commit',
    arrange: async () => undefined,
    env: { GIT_COMMITTER_DATE: '1767222000 +0000' },
    says: [/the clock here says 2025-12-31T23:00:00Z, the commit was made at 2026-01-01T00:00:00Z; no tag was made/],
  },
  {
    name: 'a clock years after everything that is known',
    arrange: async () => undefined,
    env: { GIT_COMMITTER_DATE: '1893456000 +0000' },
    says: [/the clock here says 2030-01-01T00:00:00Z, the newest commit or tag known here is of 2026-01-01T00:00:00Z/],
  },
  {
    name: 'a push without a remote to push to',
    arrange: ({ clone }) => clone.git('remote', 'remove', 'origin'),
    exit: 2,
    says: [/Cannot push v1\.1\.0: the repository has no remote/],
  },
  {
    name: 'an unsigned stable version',
    arrange: async () => undefined,
    args: [...ordered, '--unsigned', '--reason', 'no key here'],
    says: [/Cannot tag v1\.1\.0 unsigned: a stable release is always signed/],
  },
  {
    name: 'an unsigned release candidate where the policy wants signatures',
    arrange: (project) =>
      changePolicy(project, (text) => text.replace('formats: [ssh]', 'formats: [ssh]\n  rc: required')),
    args: ['tag', '1.1.0-rc.1', '--unsigned', '--reason', 'no key here', '--push'],
    says: [/Cannot tag v1\.1\.0-rc\.1 unsigned: signatures\.rc is "required"/],
  },
  {
    name: 'an unsigned release candidate without a reason',
    arrange: async () => undefined,
    args: ['tag', '1.1.0-rc.1', '--unsigned'],
    exit: 2,
    says: [/Cannot tag v1\.1\.0-rc\.1 unsigned: the reason is empty/],
  },
  {
    name: 'an unsigned release candidate off the protected branch',
    arrange: async (project) => {
      await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.0.1');
      await project.commit({ 'app.txt': 'mended\n' });
    },
    args: ['tag', '1.0.1-rc.1', '--unsigned', '--reason', 'no key here', '--push'],
    says: [/commit [0-9a-f]{12} is on none of the allowed branches \(main\)/],
  },
];

void suite('cutwater tag', { concurrency: 2 }, () => {
  void test('what must not be tagged is refused with the reason, and no tag is left anywhere', async (t) => {
    const template = await makeReleasedProject(t);
    await Promise.all(
      refusals.map((refusal) =>
        t.test(refusal.name, async (s) => {
          const project = await copyProject(s, template);
          const { folder, env } = await maintainer(project);
          await refusal.arrange(project, s);
          const before = await refs(project);
          const ended = await runProgram(refusal.args ?? ordered, { folder, env: { ...env, ...refusal.env } });
          assert.equal(ended.exitCode, refusal.exit ?? 3, ended.stderr);
          for (const words of refusal.says) assert.match(ended.stderr, words);
          assert.equal(ended.stdout, '');
          assert.equal(ended.stderr.match(/^next: \S/gm)?.length, 1, ended.stderr);
          assert.deepEqual(await refs(project), before);
        }),
      ),
    );
  });

  void test('tag makes the tag of the process, once; what a run left unpushed the next one pushes, with its branch', async (t) => {
    const project = await makeReleasedProject(t);
    const at = await maintainer(project);
    await project.clone.commit({ 'app.txt': 'three\n' });
    const made = await readJson(['tag', 'v1.1.0', '--message', 'For everyone.'], at);
    const object = await project.clone.git('rev-parse', 'refs/tags/v1.1.0');
    assert.deepEqual(
      [made['schema'], made['is'], made['remote'], made['kind'], made['object'], made['branch']],
      ['cutwater.tag/1', 'made', 'nowhere', 'stable', object, 'main'],
    );
    assert.match(
      await project.clone.git('cat-file', 'tag', 'v1.1.0'),
      /\n\nRelease v1\.1\.0\n\nFor everyone\.\n-----BEGIN SSH/,
    );
    const again = await readJson(['tag', '1.1.0', '--push'], at);
    assert.deepEqual([again['is'], again['remote'], again['object']], ['kept', 'pushed', object]);
    assert.equal(await project.origin.git('rev-parse', 'refs/tags/v1.1.0'), object);
    assert.equal(await project.origin.git('rev-parse', 'main'), await project.clone.git('rev-parse', 'HEAD'));
    const third = await readJson(['tag', '1.1.0', '--push'], at);
    assert.deepEqual([third['is'], third['remote'], third['object']], ['kept', 'there', object]);
    await succeed(['release', '1.1.0'], await runner(t, project));
  });

  void test('of two runs at once in one clone both end with one tag; of two clones the first to push has it', async (t) => {
    const project = await makeReleasedProject(t);
    const at = await maintainer(project);
    const both = await Promise.all([1, 2].map(() => readJson(['tag', '1.1.0'], at)));
    const object = await project.clone.git('rev-parse', 'refs/tags/v1.1.0');
    assert.deepEqual([both[0]?.['object'], both[1]?.['object']], [object, object]);
    const second = await cloneRepository(t, project.origin);
    const { config } = signerArguments(project.key);
    const later = { GIT_COMMITTER_DATE: '1767225601 +0000' };
    const elsewhere = { folder: second.folder, env: { ...at.env, ...gitSettings(config), ...later } };
    // A second later: with the same clock and key they would make the very same object.
    await succeed(['tag', '1.1.0'], elsewhere);
    await succeed(['tag', '1.1.0', '--push'], at);
    const late = await runProgram(['tag', '1.1.0', '--push'], elsewhere);
    assert.equal(late.exitCode, 3, late.stderr);
    assert.match(late.stderr, /in this clone and [0-9a-f]{40} on the remote.*\nnext: .*git tag -d v1\.1\.0/);
    await second.git('tag', '-d', 'v1.1.0');
    assert.equal((await readJson(['tag', '1.1.0', '--push'], elsewhere))['object'], object);
  });

  void test('an unsigned candidate says why, and so do its statement and verify', async (t) => {
    const project = await makeProject(t);
    const at = await maintainer(project);
    await succeed(['tag', '1.0.0-rc.1', '--unsigned', '--reason', 'the card is\nat home', '--push'], at);
    const ci = await runner(t, project);
    await succeed(['release', '1.0.0-rc.1'], ci);
    assert.match(await succeed(['verify', '1.0.0-rc.1'], ci), /v1\.0\.0-rc\.1 is not signed: the card is at home/);
    const ended = await runProgram(['tag', '1.0.0-rc.1', '--unsigned', '--reason', 'lost', '--push'], at);
    assert.match(ended.stderr, /the tag is there already and does not say "Unsigned-Reason: lost"/);
  });

  void test('an OpenPGP key signs a tag that CI releases; an expired one is refused before there is a tag', async (t) => {
    const project = await makeProject(t);
    const [key, expired] = await Promise.all([makeOpenpgpKey(t, 'Ada'), makeOpenpgpKey(t, 'Olga', { expired: true })]);
    const entries = [key, expired].map(({ fingerprint }, index) =>
      [`    - name: Person ${index}`, `      openpgp: {fingerprint: ${fingerprint}, keyFile: keys/${index}.asc}`].join(
        '\n',
      ),
    );
    await changePolicy(
      project,
      (text) =>
        text.replace('formats: [ssh]', 'formats: [ssh, openpgp]').replace('  ci:\n', `${entries.join('\n')}\n  ci:\n`),
      { 'keys/0.asc': key.publicKeyArmored, 'keys/1.asc': expired.publicKeyArmored },
    );
    const { folder, env } = await maintainer(project);
    await project.clone.git('config', '--unset', 'gpg.format');
    await project.clone.git('config', 'user.signingKey', expired.fingerprint);
    const refused = await runProgram(['tag', '1.0.0', '--push'], { folder, env: { ...env, GNUPGHOME: expired.home } });
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(
      refused.stderr,
      /Cannot tag v1\.0\.0: the key [0-9A-F]{40} of "Person 1" has expired; no tag was made/,
    );
    assert.equal(await project.clone.git('tag', '--list'), '');
    await project.clone.git('config', 'user.signingKey', key.fingerprint);
    await succeed(['tag', '1.0.0', '--push'], { folder, env: { ...env, GNUPGHOME: key.home } });
    await succeed(['release', '1.0.0'], await runner(t, project));
  });
});

/** The settings of git's "-c" arguments as its environment has them. */
function gitSettings(config: readonly string[]): Readonly<Record<string, string>> {
  const pairs = config.filter((word) => word !== '-c').map((word) => word.split('='));
  const variables = pairs.flatMap(([name = '', value = ''], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: `${pairs.length}`, ...Object.fromEntries(variables) };
}

/** Every branch and tag of clone and remote, but the private copies. */
async function refs({ clone, origin }: TestProject): Promise<readonly string[]> {
  const lists = [clone, origin].map(({ git }) => git('for-each-ref', 'refs/heads', 'refs/tags'));
  return Promise.all(lists);
}
