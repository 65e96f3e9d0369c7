import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { DocumentedProject } from '../../../test/make/documented-project.ts';
import {
  copyDocumentedProject,
  documents,
  makeDocumentedProject,
  openPreparation,
} from '../../../test/make/documented-project.ts';
import type { Scope } from '../../../test/make/folder.ts';
import { cloneRepository } from '../../../test/make/git-repository.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { objectId } from '../../domain/object-id.ts';
import { readVersion } from '../../domain/version.ts';
import { documentProblems, requireDocuments } from './document-gate.ts';
import type { DocumentedRelease, DocumentWorld } from './document-gate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readPolicyAt } from '../facts/load-policy.ts';
import { readProjectTags } from '../facts/read-tags.ts';

const template = await makeDocumentedProject({ after });
const released = {
  'CHANGELOG.md': documents['CHANGELOG.md'].replace('## [Unreleased]', '## [Unreleased]\n\n## [1.1.0] - 2026-02-03'),
  'docs/upgrading.md':
    '# Upgrading\n\n## 1.1.0\n- **Breaking:** none\n- **Environment:** none\n- **Migration:** none\n- **Way back:** binary\n',
  'Cargo.toml': documents['Cargo.toml'].replace('1.0.0', '1.1.0'),
  'Cargo.lock': documents['Cargo.lock'].replace('1.0.0', '1.1.0'),
  'deploy/compose.yaml': documents['deploy/compose.yaml'].replace('1.0.0', '1.1.0'),
};

void suite('what the documents of a tagged commit must say', { concurrency: 2 }, () => {
  void test('a stable version that is prepared passes, and so does its candidate before that', async (t) => {
    const at = await commit(t, released);
    assert.deepEqual(await problems(at, '1.1.0'), []);
    const candidate = await commit(t, {
      ...released,
      'CHANGELOG.md': documents['CHANGELOG.md'],
      'docs/upgrading.md': '',
    });
    assert.deepEqual(await problems(candidate, '1.1.0-rc.1'), []);
  });

  void test('every problem is named, not only the first', async (t) => {
    const at = await commit(t, { 'deploy/compose.yaml': null, 'docs/upgrading.md': null });
    assert.deepEqual(await problems(at, '1.1.0'), [
      '"CHANGELOG.md" has no section "## [1.1.0] - YYYY-MM-DD"',
      '"docs/upgrading.md" does not exist, and notes for 1.1.0 are wanted',
      '"Cargo.toml", line 5: [workspace.package] has the version "1.0.0", 1.1.0 is wanted',
      'the version file "deploy/compose.yaml" is not in the commit',
      '"Cargo.lock", line 3: package "app" has the version "1.0.0", 1.1.0 is wanted',
    ]);
    await assert.rejects(requireDocuments(at.world, at.loaded, at.release('1.1.0')), (error) => {
      assert.ok(isCutwaterError(error, 'GATE_FAILED'));
      assert.match(error.message, /^Cannot release v1\.1\.0: "CHANGELOG\.md" has no section/);
      assert.equal(error.details.length, 4);
      assert.match(error.hint, /cutwater prepare 1\.1\.0.*next version/);
      return true;
    });
  });

  void test('lock files at another version than the manifests are found', async (t) => {
    const at = await commit(t, { ...released, 'Cargo.lock': documents['Cargo.lock'] });
    assert.deepEqual(await problems(at, '1.1.0'), [
      '"Cargo.lock", line 3: package "app" has the version "1.0.0", 1.1.0 is wanted',
    ]);
  });

  void test('a candidate that brings nothing is refused, and so is one that says another version inside', async (t) => {
    const empty = { ...released, 'CHANGELOG.md': '# Changelog\n\n## [Unreleased]\n' };
    assert.match(
      (await problems(await commit(t, empty), '1.1.0-rc.1')).join(),
      /nothing under "Unreleased" \(line 3\)/,
    );
    assert.match((await problems(await commit(t, released), '1.2.0-rc.1')).join(), /"1\.1\.0", 1\.2\.0 is wanted/);
  });

  void test('a step that is too small is refused, unless a prepare commit or the tag says why', async (t) => {
    const patch = Object.fromEntries(
      Object.entries(released).map(([path, text]) => [path, text.replaceAll('1.1.0', '1.0.1')]),
    );
    const at = await commit(t, patch);
    assert.deepEqual(await problems(at, '1.0.1'), [
      '1.0.1 is too small after 1.0.0, 1.1.0 is wanted: The changelog has something under Added',
    ]);
    assert.deepEqual(await problems(at, '1.0.1', 'Release v1.0.1\n\nBump-Reason: asked for\n'), []);
    await at.project.commit({ 'code.txt': 'x\n' }, 'docs: prepare release v1.0.1\n\nBump-Reason: asked for');
    assert.deepEqual(await problems(await look(at.project), '1.0.1'), []);
    assert.equal((await problems(at, '1.0.1')).length, 1, 'a commit that is not in the release gives no reason');
  });

  void test('a shallow clone finds the reason where it has it, and else says that it cannot tell', async (t) => {
    const patch = Object.fromEntries(
      Object.entries(released).map(([path, text]) => [path, text.replaceAll('1.1.0', '1.0.1')]),
    );
    const { project } = await commit(t, patch);
    const shallow = async (): Promise<Look> => {
      const clone = await cloneRepository(t, project.origin, '--depth=1', '--no-tags', '--branch=main');
      return look({ ...project, clone });
    };
    await assert.rejects(
      problems(await shallow(), '1.0.1'),
      (error) => isCutwaterError(error, 'HISTORY_SHALLOW') && /1\.0\.1 is too small after 1\.0\.0/.test(error.message),
    );
    await project.commit({ 'code.txt': 'x\n' }, 'docs: prepare release v1.0.1\n\nBump-Reason: asked for');
    assert.deepEqual(await problems(await shallow(), '1.0.1'), []);
  });

  void test('the protected branch says whose notes are required; a branch cannot spare itself', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.1.0');
    const policy = `${await project.read('cutwater.yaml')}upgradingRequired: []\n`;
    await project.commit({ ...released, 'docs/upgrading.md': '# Upgrading\n', 'cutwater.yaml': policy });
    assert.match((await problems(await look(project), '1.1.0')).join(), /has no notes for 1\.1\.0/);
    const none = `${await project.read('cutwater.yaml')}upgrading: false\n`.replace('upgradingRequired: []\n', '');
    await project.commit({ 'cutwater.yaml': none });
    assert.match((await problems(await look(project), '1.1.0')).join(), /"upgrading: false", and the protected branch/);
    await project.commit({ 'cutwater.yaml': policy });
    await project.clone.git('checkout', '-q', 'main');
    await project.commit({ 'cutwater.yaml': policy.replace('[]', '[stable]') });
    await project.clone.git('checkout', '-q', 'hotfix/v1.1.0');
    assert.deepEqual(await problems(await look(project), '1.1.0'), [], 'it is a hotfix, and only stable needs notes');
  });
});

interface Look {
  readonly project: DocumentedProject;
  readonly world: DocumentWorld;
  readonly loaded: LoadedPolicy;
  readonly release: (version: string, tagMessage?: string) => DocumentedRelease;
}

async function commit(scope: Scope, files: Readonly<Record<string, string | null>>): Promise<Look> {
  const project = await copyDocumentedProject(scope, template);
  await project.commit(files);
  return look(project);
}

/** HEAD of the clone, as a release sees it. */
async function look(project: DocumentedProject): Promise<Look> {
  const { world, loaded } = await openPreparation(project);
  const head = objectId(await project.clone.git('rev-parse', 'HEAD'));
  const build = await readPolicyAt(world.git, head, 'HEAD');
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const release: Look['release'] = (version, tagMessage) => ({
    version: readVersion(version),
    commit: head,
    build,
    tags,
    tagMessage,
  });
  return { project, world, loaded, release };
}

async function problems(at: Look, version: string, tagMessage?: string): Promise<readonly string[]> {
  const found = await documentProblems(at.world, at.loaded, at.release(version, tagMessage));
  return found.map(({ message }) => message);
}
