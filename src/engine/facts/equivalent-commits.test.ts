import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { cloneRepository, makeGitRepository } from '../../../test/make/git-repository.ts';
import type { TestRepository } from '../../../test/make/git-repository.ts';
import { run } from '../../../test/make/run.ts';
import { gitCli } from '../../adapters/git-cli/git-cli.ts';
import { objectId } from '../../domain/object-id.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { compareCommits } from './equivalent-commits.ts';

/** A tree as git sees it: each path with mode and, for a file or link, content, for a submodule, a commit. */
type Tree = Readonly<Record<string, Entry>>;
interface Entry {
  readonly mode: '100644' | '100755' | '120000' | '160000';
  readonly content: string;
}

const plain = (content: string): Entry => ({ mode: '100644', content });
const rules = { notBuildInput: ['CHANGELOG.md', 'docs/**'] };
const base: Tree = { 'src/a.rs': plain('a'), 'docs/a.md': plain('a'), 'CHANGELOG.md': plain('a') };

void test('any change of a build input is seen: content, mode, link, submodule, kind, name, and a folder in place of a file', async (t) => {
  const changes: readonly (readonly [Tree, readonly string[]])[] = [
    [{ ...base, 'src/a.rs': plain('b') }, ['src/a.rs']],
    [{ ...base, 'src/a.rs': { mode: '100755', content: 'a' } }, ['src/a.rs']],
    [{ ...base, 'src/a.rs': { mode: '120000', content: 'a' } }, ['src/a.rs']],
    [{ ...base, 'src/a.rs': { mode: '160000', content: '1' } }, ['src/a.rs']],
    [{ ...base, 'src/b.rs': plain('a') }, ['src/b.rs']],
    [{ ...base, vendor: { mode: '160000', content: '1' } }, ['vendor']],
    // Moved out of the build's sight with its content as it was: no rename may hide that it is gone.
    [{ 'docs/a.rs': plain('a'), 'docs/a.md': plain('a'), 'CHANGELOG.md': plain('a') }, ['src/a.rs']],
    [{ 'src/a.rs': plain('a'), docs: plain('a'), 'CHANGELOG.md': plain('a') }, ['docs']],
    [{ 'src/a.rs': plain('a'), 'docs/a.md': plain('a'), 'CHANGELOG.md/x': plain('a') }, ['CHANGELOG.md/x']],
    [{ ...base, 'docs/ä "x"\n.md': plain('a'), 'Docs/b.md': plain('a') }, ['Docs/b.md']],
  ];
  const repository = await makeGitRepository(t);
  // What a clone is told to overlook must not be overlooked here.
  for (const setting of ['diff.ignoreSubmodules=all', 'submodule.vendor.ignore=all', 'diff.renames=copies'])
    await repository.git('config', ...setting.split('='));
  await repository.git('config', 'core.fileMode', 'false');
  const [from = notThere, ...others] = await writeTrees(repository, [base, ...changes.map(([tree]) => tree)]);
  const git = gitCli(repository);
  for (const [index, [, inputs]] of changes.entries()) {
    const to = others[index] ?? notThere;
    for (const pair of [
      { from, to },
      { from: to, to: from },
    ]) {
      const found = await compareCommits(git, rules, pair);
      assert.deepEqual(found.is === 'different' && found.inputs, inputs);
    }
  }
});

void test('commits that differ only in declared paths are equivalent, whatever changed there, and the paths are told', async (t) => {
  const repository = await makeGitRepository(t);
  const after: Tree = {
    'src/a.rs': plain('a'),
    'docs/b.md': { mode: '100755', content: 'b' },
    'docs/vendor': { mode: '160000', content: '2' },
    'CHANGELOG.md': { mode: '120000', content: 'docs/b.md' },
  };
  const [from = notThere, to = notThere] = await writeTrees(repository, [base, after]);
  const paths = ['CHANGELOG.md', 'docs/a.md', 'docs/b.md', 'docs/vendor'];
  assert.deepEqual(await compareCommits(gitCli(repository), rules, { from, to }), { is: 'equivalent', paths });
  assert.deepEqual(await compareCommits(gitCli(repository), rules, { from, to: from }), {
    is: 'equivalent',
    paths: [],
  });
});

void test('what the policy in the trees builds from is input, even where the protected branch says otherwise', async (t) => {
  const repository = await makeGitRepository(t);
  const withPolicy = (text: string, content: string): Tree => ({
    'cutwater.yaml': plain(text),
    'docs/a.md': plain(content),
    'CHANGELOG.md': plain(content),
  });
  const narrow = policyText('[CHANGELOG.md]');
  const [first = notThere, second = notThere, other = notThere, broken = notThere, stillBroken = notThere] =
    await writeTrees(repository, [
      withPolicy(narrow, 'a'),
      withPolicy(narrow, 'b'),
      withPolicy(policyText('[CHANGELOG.md, "docs/**"]'), 'b'),
      withPolicy('project: [', 'a'),
      withPolicy('project: [', 'b'),
    ]);
  const git = gitCli(repository);
  const inputs = async (from: ObjectId, to: ObjectId): Promise<unknown> => {
    const found = await compareCommits(git, rules, { from, to });
    return found.is === 'different' ? found.inputs : found.is;
  };
  assert.deepEqual(await inputs(first, second), ['docs/a.md']);
  assert.deepEqual(await inputs(second, other), ['cutwater.yaml']);
  assert.deepEqual(await inputs(first, other), ['cutwater.yaml', 'docs/a.md']);
  assert.deepEqual(await inputs(other, first), ['cutwater.yaml', 'docs/a.md']);
  assert.deepEqual(await inputs(broken, stillBroken), ['CHANGELOG.md', 'docs/a.md']);
});

void test('a commit this clone does not have makes the answer unknown, never equivalent', async (t) => {
  const repository = await makeGitRepository(t);
  const [from = notThere] = await writeTrees(repository, [base]);
  await repository.git('update-ref', 'refs/heads/main', from);
  const next = await repository.commit({ 'docs/a.md': 'b' });
  const shallow = gitCli(await cloneRepository(t, repository, '--depth=1'));
  assert.deepEqual(await compareCommits(shallow, rules, { from, to: next }), { is: 'unknown', missing: from });
  assert.deepEqual(await compareCommits(shallow, rules, { from: next, to: from }), { is: 'unknown', missing: from });
});

void test('for random trees equivalence is symmetric and transitive, and broken by exactly the changes of build inputs', async (t) => {
  const repository = await makeGitRepository(t);
  const git = gitCli(repository);
  await fc.assert(
    fc.asyncProperty(fc.array(tree, { minLength: 4, maxLength: 4 }), async (trees) => {
      const commits = await writeTrees(repository, trees);
      const related = new Map<string, boolean>();
      for (const [left, from] of commits.entries())
        for (const [right, to] of commits.entries()) {
          const { is } = await compareCommits(git, rules, { from, to });
          assert.equal(is === 'equivalent', inputsOf(trees[left]) === inputsOf(trees[right]), `${left} ${right}`);
          related.set(`${left} ${right}`, is === 'equivalent');
        }
      const numbers = [...commits.keys()];
      for (const [a, b, c] of numbers.flatMap((x) => numbers.flatMap((y) => numbers.map((z) => [x, y, z] as const)))) {
        assert.equal(related.get(`${a} ${b}`), related.get(`${b} ${a}`));
        if (related.get(`${a} ${b}`) === true && related.get(`${b} ${c}`) === true)
          assert.equal(related.get(`${a} ${c}`), true);
      }
    }),
    { numRuns: 4 },
  );
});

const entry: fc.Arbitrary<Entry> = fc.record({
  mode: fc.constantFrom('100644', '100755', '120000', '160000'),
  content: fc.constantFrom('1', '2'),
});
const inputPaths = ['src/a.rs', 'lib'];
const otherPaths = ['docs/a.md', 'docs/b/c.md', 'CHANGELOG.md'];
// Few different inputs, so that equivalent pairs are common.
const tree: fc.Arbitrary<Tree> = fc
  .record({
    input: fc.oneof(
      { weight: 2, arbitrary: fc.constant({ 'src/a.rs': plain('1') }) },
      fc.dictionary(fc.constantFrom(...inputPaths), entry, { minKeys: 1 }),
    ),
    other: fc.dictionary(fc.constantFrom(...otherPaths), entry),
  })
  .map(({ input, other }) => ({ ...input, ...other }));

function inputsOf(tree: Tree = {}): string {
  const entries = Object.entries(tree).filter(([path]) => inputPaths.includes(path));
  return JSON.stringify(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

const notThere = objectId('0'.repeat(40));

/** One commit for each tree, without parents, made in one process. */
async function writeTrees(repository: TestRepository, trees: readonly Tree[]): Promise<readonly ObjectId[]> {
  const marks = join(repository.folder, '.git', 'marks');
  const stream = trees.flatMap((files, index) => [
    `commit refs/trees/${index}\nmark :${index + 1}\ncommitter Ada <ada@example.org> 1767225600 +0000\ndata 1\nx\n`,
    'deleteall\n',
    ...Object.entries(files).map(([path, file]) => fileCommand(path, file)),
  ]);
  await run({
    command: 'git',
    args: ['-C', repository.folder, 'fast-import', '--quiet', '--force', `--export-marks=${marks}`],
    env: repository.environment,
    input: stream.join(''),
  });
  const lines = (await readFile(marks, 'utf8')).trim().split('\n');
  const ids = new Map(lines.map((line): [string, string] => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
  return trees.map((_, index) => objectId(ids.get(`:${index + 1}`) ?? ''));
}

function fileCommand(path: string, { mode, content }: Entry): string {
  const quoted = `"${path.replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  if (mode === '160000') return `M 160000 ${content.repeat(40).slice(0, 40)} ${quoted}\n`;
  return `M ${mode} inline ${quoted}\ndata ${Buffer.byteLength(content)}\n${content}\n`;
}

function policyText(notBuildInput: string): string {
  return `project: tiny
trust:
  maintainers: [{ name: Ada, openpgp: { fingerprint: ${'AB'.repeat(20)}, keyFile: ada.asc } }]
  ci: [{ name: ci, keyFile: ci.pub }]
images:
  - build: { assemble: { files: [{ from: app.txt, to: /app.txt }], entrypoint: [/app.txt] } }
notBuildInput: ${notBuildInput}
`;
}
