import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloneRepository, makeGitRepository } from '../../../test/make/git-repository.ts';
import { makeFolder } from '../../../test/make/folder.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { Check } from '../../report/verification.ts';
import { checkBuildCommit } from './verify-build.ts';

const release = (source: ObjectId, build: ObjectId) => ({
  source: { commit: source },
  build: { commit: build },
  promotes: { version: '1.0.0-rc.1', tag: build },
});
const found = (checks: readonly Check[]): string => checks.map(({ is, says }) => `${is}: ${says}`).join('\n');

void test('the difference between built and released commit is compared again, and judged by the policy that the tag signed', async (t) => {
  const repository = await makeGitRepository(t);
  const built = await repository.commit({ 'cutwater.yaml': policy, 'app.txt': '1', 'docs/a.md': '1' });
  const docs = await repository.commit({ 'docs/a.md': '2' });
  const code = await repository.commit({ 'app.txt': '2' });
  const check = async (source: ObjectId, rules: readonly string[]): Promise<string> =>
    found(await checkBuildCommit({ git: gitCli(repository) }, { notBuildInput: rules }, release(source, built)));
  const name = `built from ${built.slice(0, 12)} as 1.0.0-rc.1`;
  assert.equal(await check(built, ['docs/**']), '');
  assert.equal(
    await check(docs, ['docs/**']),
    `passed: ${name}; the tag's commit differs only in docs/a.md, no build input`,
  );
  // The project has become stricter since the release.
  assert.equal(
    await check(docs, []),
    `warning: ${name}; today's policy calls docs/a.md build input, the tag's does not`,
  );
  assert.equal(await check(code, ['**']), `failed: ${name}, and the tag's commit differs in build inputs: app.txt`);
});

void test('where the policy of the tag cannot be read any more, no release is called wrong', async (t) => {
  const repository = await makeGitRepository(t);
  const built = await repository.commit({ 'cutwater.yaml': 'format: of 2024\n', 'docs/a.md': '1' });
  const docs = await repository.commit({ 'docs/a.md': '2' });
  const rules = { notBuildInput: ['docs/**'] };
  assert.equal(
    found(await checkBuildCommit({ git: gitCli(repository) }, rules, release(docs, built))),
    'warning: not rechecked: this version cannot read the policy of the tag',
  );
});

void test('without the commits, or without any clone, nothing is compared and that is said, not failed', async (t) => {
  const repository = await makeGitRepository(t);
  const built = await repository.commit({ 'docs/a.md': '1' });
  const released = await repository.commit({ 'docs/a.md': '2' });
  const rules = { notBuildInput: ['docs/**'] };
  const shallow = gitCli(await cloneRepository(t, repository, '--depth=1'));
  assert.equal(
    found(await checkBuildCommit({ git: shallow }, rules, release(released, built))),
    `warning: not rechecked: this clone does not have commit ${built}`,
  );
  const nowhere = gitCli({ folder: join(await makeFolder(t), 'none'), environment: repository.environment });
  assert.equal(
    found(await checkBuildCommit({ git: nowhere }, rules, release(released, built))),
    'warning: not rechecked: no clone',
  );
});

const policy = `project: tiny
trust:
  maintainers: [{ name: Ada, openpgp: { fingerprint: ${'AB'.repeat(20)}, keyFile: ada.asc } }]
  ci: [{ name: ci, keyFile: ci.pub }]
images:
  - build: { assemble: { files: [{ from: app.txt, to: /app.txt }], entrypoint: [/app.txt] } }
`;
