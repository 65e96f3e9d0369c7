import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { DocumentedProject } from '../../../test/make/documented-project.ts';
import {
  copyDocumentedProject,
  documents,
  makeDocumentedProject,
  openPreparation,
  preparedAt,
} from '../../../test/make/documented-project.ts';
import { renderPrepared } from '../../cli/render/preparation.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { readVersion } from '../../domain/version.ts';
import type { WorkingCopy } from '../../ports/working-copy.ts';
import type { PrepareRequest } from './prepare-outlook.ts';
import { readPrepareOutlook } from './prepare-outlook.ts';
import { prepare } from './prepare.ts';

const notes = { breaking: [], environment: [], migrations: [], wayBack: 'binary' } as const;
const asked = (version: string, more: Partial<PrepareRequest> = {}): PrepareRequest => ({
  version: readVersion(version),
  date: undefined,
  notes: version.includes('-') ? undefined : notes,
  bumpReason: undefined,
  push: false,
  ...more,
});

const template = await makeDocumentedProject({ after });

void suite('preparing a release', { concurrency: 2 }, () => {
  void test('writes changelog, notes and version files, and commits exactly them', async (t) => {
    const project = await copyDocumentedProject(t, template);
    const done = await run(project, asked('1.1.0'));
    assert.equal(done.is, 'made');
    assert.equal(
      await show(project, '--format=%B', '--name-only'),
      [
        'docs: prepare release v1.1.0\n\n',
        'CHANGELOG.md',
        'Cargo.lock',
        'Cargo.toml',
        'deploy/compose.yaml',
        'docs/upgrading.md',
      ].join('\n'),
    );
    assert.equal(
      await project.read('CHANGELOG.md'),
      documents['CHANGELOG.md']
        .replace('## [Unreleased]\n', '## [Unreleased]\n\n## [1.1.0] - 2026-02-03\n')
        .replace('v1.0.0...HEAD\n', 'v1.1.0...HEAD\n[1.1.0]: https://example.org/o/p/compare/v1.0.0...v1.1.0\n'),
    );
    assert.match(await project.read('docs/upgrading.md'), /## 1\.1\.0\n\n- \*\*Breaking:\*\* none\n/);
    assert.equal(await project.read('Cargo.toml'), documents['Cargo.toml'].replace('1.0.0', '1.1.0'));
    assert.equal(
      await project.read('Cargo.lock'),
      documents['Cargo.lock'].replace('1.0.0', '1.1.0'),
      'of its member only',
    );
    assert.equal(await project.read('deploy/compose.yaml'), 'image: app:1.1.0\nother: app:1.0\n');
    assert.equal(await project.clone.git('status', '--porcelain'), '');
    assert.equal(done.remote, 'nowhere');
  });

  void test('pushes that commit and nothing else, and says so again', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await project.clone.tag('v0.9.0');
    const [first, again] = [
      await run(project, asked('1.1.0', { push: true })),
      await run(project, asked('1.1.0', { push: true })),
    ];
    assert.deepEqual([first.is, first.remote], ['made', 'pushed']);
    assert.deepEqual([again.is, again.remote, again.commit], ['kept', 'there', first.commit]);
    const refs = await project.origin.git('for-each-ref', '--format=%(refname) %(objectname)');
    assert.match(refs, new RegExp(`^refs/heads/main ${first.commit}\\nrefs/tags/v1\\.0\\.0 \\S+$`));
  });

  void test('pushes later what an earlier run committed', async (t) => {
    const project = await copyDocumentedProject(t, template);
    const { commit } = await run(project, asked('1.1.0'));
    const pushed = await run(project, asked('1.1.0', { push: true }));
    assert.deepEqual([pushed.is, pushed.remote, pushed.commit], ['kept', 'pushed', commit]);
    assert.equal(await project.origin.git('rev-parse', 'main'), commit);
  });

  void test('ends the same wherever it was killed, on the next day too', async (t) => {
    const plain = await copyDocumentedProject(t, template);
    const wanted = (await run(plain, asked('1.1.0', { push: true }))).commit;
    let deaths = 0;
    // Five files, one commit, one push: after each of these acts, and before the first.
    for (let acts = 0; acts <= 7; acts += 1) {
      const project = await copyDocumentedProject(t, template);
      const died = await run(project, asked('1.1.0', { push: true }), { through: (real) => dying(real, acts) }).then(
        () => false,
        (error: unknown) => error instanceof Death,
      );
      if (died) deaths += 1;
      // Before its first act a run leaves nothing, and the next one has a date of its own.
      const now = acts === 0 ? preparedAt : preparedAt + 86400;
      const { commit } = await run(project, asked('1.1.0', { push: true }), { now });
      // The commit holds everything: files, message, parent. Its times are fixed in these repositories.
      assert.equal(commit, wanted, `killed after ${acts} acts`);
      assert.equal(await project.origin.git('rev-parse', 'main'), wanted);
      assert.equal(await project.clone.git('status', '--porcelain'), '');
    }
    assert.equal(deaths, 8);
  });

  void test('claims nothing that another run has done meanwhile, and finds it done the next time', async (t) => {
    for (const moment of ['readCheckedOut', 'readFile', 'commitFiles'] as const) {
      const project = await copyDocumentedProject(t, template);
      const through = (real: WorkingCopy) => overtaken(real, moment, () => run(project, asked('1.1.0')));
      await assert.rejects(
        run(project, asked('1.1.0'), { through }),
        (error) => isCutwaterError(error, 'WORKING_COPY_UNFIT') && /HEAD is [0-9a-f]{40} now/.test(error.message),
      );
      const { is, commit } = await run(project, asked('1.1.0'));
      assert.deepEqual([is, commit], ['kept', await project.clone.git('rev-parse', 'HEAD')]);
      assert.equal(await project.clone.git('rev-list', '--count', 'origin/main..HEAD'), '1');
    }
  });

  void test('stops at a changelog that was edited by hand meanwhile, says both, and overwrites nothing', async (t) => {
    const project = await copyDocumentedProject(t, template);
    const edited = documents['CHANGELOG.md'].replace('- A thing.', '- Another thing.');
    await write(project, 'CHANGELOG.md', edited);
    await refused(
      project,
      asked('1.1.0'),
      /"CHANGELOG\.md" was edited by hand: it differs from HEAD in line 7 \("- Another thing\.", not "- A thing\."\), and from what is to be written in line 5/,
    );
    assert.equal(await project.read('CHANGELOG.md'), edited);
    await project.clone.git('restore', 'CHANGELOG.md');
    await write(project, 'Cargo.toml', documents['Cargo.toml'].replace('1.0.0', '1.0.5'));
    await refused(project, asked('1.1.0'), /"Cargo\.toml" was edited by hand/);
  });

  void test('takes upgrading notes that a person is writing in the file, and refuses them while a field is silent', async (t) => {
    const project = await copyDocumentedProject(t, template);
    const silent =
      '# Upgrading\n\n## 1.1.0\n\nRead this.\n\n- **Breaking:** none\n- **Environment:** none\n- **Migration:** none\n';
    await write(project, 'docs/upgrading.md', silent);
    const request = asked('1.1.0', { notes: undefined });
    await refused(
      project,
      request,
      /says nothing about the way back for 1\.1\.0 \(line 3\).*"\*\*Way back:\*\* binary"/,
    );
    await write(project, 'docs/upgrading.md', `${silent}- **Way back:** restore\n`);
    await refused(project, asked('1.1.0'), /has other notes for this version already/);
    const done = await run(project, asked('1.1.0', { notes: undefined, bumpReason: 'only for those who look' }));
    assert.equal(
      await show(project, '--format=', '--', 'docs/upgrading.md').then((diff) => diff.includes('+Read this.')),
      true,
    );
    assert.equal(done.outlook.preparation.files.find(({ path }) => path === 'docs/upgrading.md')?.state, 'written');
  });

  void test('refuses other changes, another branch, a version out of order and a remote that is ahead, all at once', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await project.clone.tag('v1.1.5');
    await write(project, 'code.txt', 'changed\n');
    await project.clone.git('add', 'code.txt');
    await write(project, 'untracked.txt', 'none of anybody\n');
    await project.clone.git('checkout', '-q', '-b', 'feature/hotfix');
    const problems = await refused(project, asked('1.1.1'), /things stand against it/);
    assert.deepEqual(
      problems.map((problem) => problem.slice(0, 60)),
      [
        '"feature/hotfix" is no branch for releases, those are "main"',
        '1.1.5 is tagged in the line 1.1, a version above it is wante',
        '"feature/hotfix" is the wrong place: it contains v1.1.5, who',
        'other files are changed: "code.txt" (staged). Commit them by',
      ],
    );
    assert.equal(await project.read('CHANGELOG.md'), documents['CHANGELOG.md'], 'nothing was written');

    const behind = await copyDocumentedProject(t, template);
    await behind.commit({ 'code.txt': 'newer\n' });
    await behind.clone.git('reset', '-q', '--hard', 'HEAD^');
    await refused(behind, asked('1.1.0'), /the remote has commits on "main" that are not here/);
    await behind.clone.git('checkout', '-q', '--detach');
    await refused(behind, asked('1.1.0'), /HEAD is on no branch/);
  });

  void test('takes no other commits of the protected branch along with --push', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await project.clone.commit({ 'code.txt': 'not reviewed\n' });
    await refused(project, asked('1.1.0', { push: true }), /1 other commits of "main" are not pushed yet/);
    assert.equal((await run(project, asked('1.1.0'))).is, 'made');
  });

  void test('wants a reason for a number the changes do not allow, keeps it in the commit, and remembers it', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await refused(project, asked('1.0.1'), /1\.0\.1 is too small after 1\.0\.0, 1\.1\.0 is wanted.*--bump-reason/);
    await run(project, asked('1.0.1', { bumpReason: 'the thing was promised for 1.0' }));
    assert.equal(
      await show(project, '-s', '--format=%B'),
      'docs: prepare release v1.0.1\n\nBump-Reason: the thing was promised for 1.0\n',
    );
    const again = await run(project, asked('1.0.1'));
    assert.equal(again.is, 'kept');
    assert.match(again.outlook.preparation.doubts.join(), /too small .*\(allowed: the thing was promised for 1\.0\)/);
  });

  void test('keeps a reason in a commit of its own where a person did all the rest', async (t) => {
    const project = await copyDocumentedProject(t, template);
    const { commit } = await run(project, asked('1.0.1', { bumpReason: 'x' }));
    await project.clone.git('commit', '-q', '--amend', '-m', 'by hand');
    const kept = await run(project, asked('1.0.1', { bumpReason: 'because' }));
    assert.equal(kept.is, 'made');
    assert.notEqual(kept.commit, commit);
    assert.equal(await show(project, '--format=%b', '--name-only'), 'Bump-Reason: because\n');
  });

  void test('sets the version files for a candidate, leaves the changelog, and has nothing to do for the next one', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await run(project, asked('1.1.0-rc.1'));
    assert.equal(
      await show(project, '--format=%s', '--name-only'),
      ['docs: prepare release v1.1.0-rc.1\n', 'Cargo.lock', 'Cargo.toml', 'deploy/compose.yaml'].join('\n'),
    );
    assert.match(await project.read('Cargo.toml'), /version = "1\.1\.0"/);
    const second = await run(project, asked('1.1.0-rc.2'));
    assert.equal(second.is, 'kept');
    for (const tag of ['v1.1.0-rc.1', 'v1.1.0-rc.2', 'v1.2.0-rc.1']) await project.clone.tag(tag);
    const stable = await run(project, asked('1.1.0'));
    assert.equal(await show(project, '--format=', '--name-only'), 'CHANGELOG.md\ndocs/upgrading.md');
    assert.equal(stable.outlook.preparation.files.length, 5);
    assert.deepEqual(stable.outlook.candidate, readVersion('1.1.0-rc.2'));
    assert.match(
      renderPrepared(readVersion('1.1.0'), stable).join('\n'),
      /then promote .*promote 1\.1\.0-rc\.2 --push'/,
    );
    await project.commit({ 'CHANGELOG.md': documents['CHANGELOG.md'].replace('- A thing.', '') });
    await refused(project, asked('1.2.0-rc.1'), /has nothing under "Unreleased" \(line 3\)/);
  });

  void test('prepares a hotfix on its branch after the last of its line, although main is further', async (t) => {
    const project = await copyDocumentedProject(t, template);
    const tag = (version: string) => project.clone.tag(`v${version}`);
    await run(project, asked('1.1.0'));
    await tag('1.1.0');
    await refused(
      project,
      asked('1.0.2'),
      /"main" is the wrong place: it contains v1\.1\.0, whose changes would be released as 1\.0\.2/,
    );
    await project.clone.git('checkout', '-q', '-b', 'hotfix/v1.0.1', 'v1.0.0');
    const fixed = documents['CHANGELOG.md'].replace('### Added\n\n- A thing.', '### Fixed\n\n- A leak.');
    await project.clone.commit({ 'CHANGELOG.md': fixed });
    await refused(project, asked('1.0.2'), /the branch "hotfix\/v1\.0\.1" is for 1\.0\.1/);
    const done = await run(project, asked('1.0.1', { push: true }));
    assert.equal(done.outlook.kind, 'hotfix');
    assert.match(await project.read('CHANGELOG.md'), /^\[1\.0\.1\]: .*\/compare\/v1\.0\.0\.\.\.v1\.0\.1$/m);
    assert.equal(await project.origin.git('rev-parse', 'hotfix/v1.0.1'), done.commit);
  });

  void test('reads and writes line ends as the clone has them, and the commit as the repository has them', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await project.clone.git('config', 'core.autocrlf', 'true');
    await project.clone.git('rm', '-q', '-r', '--cached', '.');
    await project.clone.git('reset', '-q', '--hard');
    assert.match(await project.read('CHANGELOG.md'), /\r\n/);
    await run(project, asked('1.1.0'));
    assert.doesNotMatch(await project.read('CHANGELOG.md'), /[^\r]\n/);
    assert.doesNotMatch(await project.clone.git('cat-file', 'blob', 'HEAD:CHANGELOG.md'), /\r/);
    assert.equal(await project.clone.git('status', '--porcelain'), '');
  });

  void test('refuses a commit in which a hook changed a file on its way', async (t) => {
    const project = await copyDocumentedProject(t, template);
    const hook = '#!/bin/sh\nprintf "# Mine\\n" > docs/upgrading.md\ngit add docs/upgrading.md\n';
    await writeFile(join(project.clone.folder, '.git/hooks/pre-commit'), hook, { mode: 0o755 });
    await assert.rejects(run(project, asked('1.1.0')), (error) => isCutwaterError(error, 'WORKING_COPY_UNFIT'));
  });

  void test('lists the commits since the last stable version, what is unreleased, and each defect of the changelog', async (t) => {
    const project = await copyDocumentedProject(t, template);
    await project.clone.tag('v0.9.0', { target: 'v1.0.0' });
    const { world, loaded } = await openPreparation(project);
    const outlook = await readPrepareOutlook(world, loaded, asked('1.0.1-rc.1'));
    assert.deepEqual(
      outlook.commits.map(({ subject }) => subject),
      ['feat: a thing'],
    );
    assert.deepEqual(
      outlook.preparation.defects.map(({ code, section }) => [code, section]),
      [['section-missing', '0.9.0']],
    );
    assert.equal(outlook.preparation.changes, '### Added\n\n- A thing.');
    assert.match(outlook.problems.map(({ message }) => message).join(), /1\.0\.1 is too small after 1\.0\.0/);
  });
});

async function run(
  project: DocumentedProject,
  request: PrepareRequest,
  options: Parameters<typeof openPreparation>[1] = {},
) {
  const { world, loaded } = await openPreparation(project, options);
  return prepare(world, loaded, request);
}

async function refused(project: DocumentedProject, request: PrepareRequest, says: RegExp): Promise<readonly string[]> {
  const head = await project.clone.git('rev-parse', 'HEAD');
  let details: readonly string[] = [];
  await assert.rejects(run(project, request), (error: unknown) => {
    assert.ok(isCutwaterError(error, 'PREPARATION_REFUSED'), String(error));
    details = error.details;
    assert.match([error.message, ...error.details, error.hint].join(' | '), says);
    return true;
  });
  assert.equal(await project.clone.git('rev-parse', 'HEAD'), head);
  return details;
}

function show(project: DocumentedProject, ...args: readonly string[]): Promise<string> {
  return project.clone.git('show', ...args);
}

function write(project: DocumentedProject, path: string, text: string): Promise<void> {
  return writeFile(join(project.clone.folder, path), text);
}

class Death extends Error {}

/** The real working copy, until the run dies after so many acts, with none of them undone. */
function dying(real: WorkingCopy, acts: number): WorkingCopy {
  let count = 0;
  const mortal =
    <Args extends readonly unknown[], Result>(act: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (count === acts) throw new Death();
      const result = await act(...args);
      count += 1;
      if (count === acts) throw new Death();
      return result;
    };
  return {
    ...real,
    writeFile: mortal(real.writeFile),
    commitFiles: mortal(real.commitFiles),
    pushBranch: mortal(real.pushBranch),
  };
}

/** The real working copy, with another whole run before its first act of this name. */
function overtaken(
  real: WorkingCopy,
  moment: 'readCheckedOut' | 'readFile' | 'commitFiles',
  other: () => Promise<unknown>,
): WorkingCopy {
  let isOvertaken = false;
  const once = async (): Promise<void> => {
    if (isOvertaken) return;
    isOvertaken = true;
    await other();
  };
  return {
    ...real,
    readCheckedOut: async (commit, path) => {
      if (moment === 'readCheckedOut') await once();
      return real.readCheckedOut(commit, path);
    },
    readFile: async (path) => {
      if (moment === 'readFile') await once();
      return real.readFile(path);
    },
    commitFiles: async (commit) => {
      if (moment === 'commitFiles') await once();
      return real.commitFiles(commit);
    },
  };
}
