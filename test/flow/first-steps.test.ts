import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { makeGitRepository } from '../make/git-repository.ts';
import { makeOpenpgpKey, makeSshKey } from '../make/keys.ts';
import { runProgram } from '../make/program.ts';
import { ciEnvironment, cutwater, freshClone, makeProject } from '../make/project.ts';
import { sourcesAt } from '../make/rustshare-files.ts';

void test('init writes a policy that doctor and plan read, and never changes one that is there', async (t) => {
  const repository = await makeGitRepository(t);
  await repository.commit({
    'Cargo.lock': 'version = 4\n',
    Dockerfile: 'FROM scratch\n',
    'CHANGELOG.md': '# Changelog\n',
  });
  const at = { folder: repository.folder, env: repository.environment };
  assert.match(await cutwater(['init'], at), /Wrote cutwater\.yaml/);
  const file = join(repository.folder, 'cutwater.yaml');
  const written = await readFile(file, 'utf8');
  assert.match(written, /Cargo\.lock/);
  await writeFile(file, `${written}# mine\n`);
  assert.match(await cutwater(['init'], at), /was not changed/);
  assert.equal(await readFile(file, 'utf8'), `${written}# mine\n`);
});

void test('the policy that init writes is one that plan accepts at once, for every kind of project and of key', async (t) => {
  const shapes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['RustShare', sourcesAt('0.4.0')],
    ['Go', { 'go.mod': 'module example.org/harbour\n', 'main.go': 'package main\n', Dockerfile: 'FROM scratch\n' }],
    ['empty', {}],
  ];
  const [ssh, openpgp] = await Promise.all([makeSshKey(t), makeOpenpgpKey(t, 'Ada')]);
  for (const [name, files] of shapes)
    for (const key of [ssh, openpgp]) {
      const repository = await makeGitRepository(t);
      await repository.git('symbolic-ref', 'HEAD', 'refs/heads/trunk');
      if (name !== 'empty') await repository.commit(files);
      await repository.git('config', 'user.name', 'Ada "the first"');
      await repository.git('config', 'gpg.format', key.kind);
      await repository.git('config', 'user.signingKey', key.kind === 'ssh' ? key.privateKeyFile : key.fingerprint);
      const home = key.kind === 'ssh' ? {} : { GNUPGHOME: key.home };
      const at = { folder: repository.folder, env: { ...repository.environment, ...home } };
      assert.match(
        await cutwater(['init'], at),
        /Wrote cutwater\.yaml\.\n[^]*\nnext: read it: Ada "the first" is its maintainer/,
      );
      await repository.commit({});
      assert.match(await cutwater(['plan'], at), /Nothing to do|no version/i, `${name}, ${key.kind}`);
      const tracked = await repository.git('ls-files');
      assert.equal(tracked.includes('.cutwater/keys/ada-the-first.asc'), key.kind === 'openpgp');
      assert.equal(await repository.git('status', '--porcelain'), '', 'what Cutwater keeps is ignored');
    }
});

void test('on the way from init to the first plan each command says what is still to be done', async (t) => {
  const repository = await makeGitRepository(t);
  const at = { folder: repository.folder, env: repository.environment };
  const early = await runProgram(['plan'], at);
  assert.match(early.stderr, /next: Run 'cutwater init'/);
  assert.match(
    await cutwater(['init'], at),
    /next: put the fingerprint and public key of a maintainer into it; commit these files, and/,
  );
  const written = await runProgram(['plan'], at);
  assert.match(
    written.stderr,
    /next: cutwater\.yaml is written here, and counts once it is on "main": commit it, or name/,
  );
  await repository.commit({});
  const nobody = await runProgram(['plan'], at);
  assert.equal(nobody.exitCode, 2);
  assert.match(
    nobody.stderr,
    /next: Put your own fingerprint in the place of the example under trust\.maintainers.*, commit both and push "main", or take/,
  );
  assert.match(await cutwater(['audit'], at), /next: 'git fetch --tags'/);
  await repository.git('tag', 'v0.1.0');
  assert.match(await cutwater(['audit'], at), /next: 'cutwater status'/, 'a policy is written already');
});

void test('the commands that make the key of CI leave its private half where no commit takes it along', async (t) => {
  const repository = await makeGitRepository(t);
  const key = await makeSshKey(t);
  await repository.git('config', 'user.name', 'Ada');
  await repository.git('config', 'gpg.format', 'ssh');
  await repository.git('config', 'user.signingkey', key.privateKeyFile);
  const at = { folder: repository.folder, env: repository.environment };
  await cutwater(['init'], at);
  await repository.commit({});
  const policy = await readFile(join(repository.folder, 'cutwater.yaml'), 'utf8');
  const doctor = (await runProgram(['doctor'], at)).stdout;
  await mkdir(join(repository.folder, '.cutwater/keys'), { recursive: true });
  for (const text of [policy, doctor]) {
    const written = [...text.matchAll(/ -out ([^\s',]+)/g)].map(([, path = '']) => path);
    assert.equal(written.length, 2, text);
    for (const path of written) await writeFile(join(repository.folder, path), 'a key');
  }
  assert.equal(await repository.git('status', '--porcelain', '--untracked-files=all'), '?? .cutwater/keys/ci.pem');
});

void test('a version that was tagged before there was a policy is not sent to its release', async (t) => {
  const repository = await makeGitRepository(t);
  const key = await makeSshKey(t);
  await repository.commit({ Dockerfile: 'FROM scratch\n' });
  await repository.tag('v0.1.0', { by: key });
  await repository.git('config', 'gpg.format', 'ssh');
  await repository.git('config', 'user.signingKey', key.privateKeyFile);
  const at = { folder: repository.folder, env: repository.environment };
  assert.match(await cutwater(['init'], at), /one version was tagged before: .*'cutwater import'/);
  await repository.commit({});
  const status = await cutwater(['status'], at);
  assert.match(
    status,
    /0\.1\.0: it was tagged before there was a cutwater\.yaml; .*'cutwater import --cancel 0\.1\.0'/,
  );
  assert.match((await runProgram(['import', '--cancel', '0.1.0'], at)).stdout, /0\.1\.0 +cancelled/);
  const plan = await runProgram(['plan', '0.2.0'], at);
  assert.match(
    plan.stdout,
    /"CHANGELOG\.md" is not in the commit\n +next: Write it with what is new under "## \[Unreleased\]"/,
  );
});

void test('on GitLab it is said that the file of the pipeline has to name the one that is written', async (t) => {
  const repository = await makeGitRepository(t);
  await repository.commit({ Dockerfile: 'FROM scratch\n', '.gitlab-ci.yml': 'stages: [deploy]\n' });
  const at = { folder: repository.folder, env: repository.environment };
  await cutwater(['init'], at);
  const policy = join(repository.folder, 'cutwater.yaml');
  const text = await readFile(policy, 'utf8');
  await writeFile(policy, text.replace(/repository: embedded\/.*/, 'repository: registry.example.org/a/b'));
  const note = /\.gitlab-ci\.yml does not include it yet; add: include: \[\{ local: \/\.gitlab\/cutwater\.yml \}\]/;
  assert.match(await cutwater(['ci', 'write'], at), note);
  await writeFile(join(repository.folder, '.gitlab-ci.yml'), 'include: [{ local: .gitlab/cutwater.yml }]\n');
  assert.doesNotMatch(await cutwater(['ci', 'write'], at), /include/);
});

void test('doctor names what is missing on this machine and stops nobody for it', async (t) => {
  const project = await makeProject(t);
  const clone = await freshClone(t, project);
  const checks = async (
    env: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<ReadonlyMap<string, string>> => {
    const told: { checks: readonly { name: string; is: string }[] } = JSON.parse(
      await cutwater(['doctor', '--json', ...args], { folder: clone.folder, env }),
    );
    return new Map(told.checks.map(({ name, is }) => [name, is]));
  };
  const bare = await checks({ ...project.clone.environment, CUTWATER_DATA: project.data });
  assert.equal(bare.get('CI key here'), 'warning');
  assert.equal(bare.get('signing key'), 'warning');
  await clone.git('config', 'user.signingKey', project.key.privateKeyFile);
  assert.equal((await checks(ciEnvironment(project))).get('signing key'), 'warning', 'git takes it for an OpenPGP key');
  await clone.git('config', 'gpg.format', 'ssh');
  const whole = await checks(ciEnvironment(project), '--sign');
  assert.equal(whole.get('CI key here'), 'warning', 'a key in the environment can be read by what a build starts');
  assert.equal(whole.get('signing key'), 'passed');
  assert.equal(whole.get('trial signature'), 'passed');
  assert.equal(await clone.git('for-each-ref', 'refs/tags'), '', 'the trial leaves no tag');
  for (const name of ['policy', 'maintainers', 'CI keys', 'tags', 'registry', 'forge'])
    assert.equal(whole.get(name), 'passed', name);
});

void test('a command outside of a repository says so, with the way out', async (t) => {
  const { folder, environment } = await makeGitRepository(t);
  const program = join(import.meta.dirname, '../../src/main.ts');
  const result = await runTool({
    command: process.execPath,
    args: [program, 'status', '--repo', join(folder, '..')],
    cwd: folder,
    env: environment,
  });
  assert.equal(result.exitCode, 2);
  assert.match(result.stderr, /no git repository|not a git repository/i);
  assert.match(result.stderr, /next: .*--repo/);
});
