import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { checkCoverageDocument, processIds } from './check-coverage-doc.ts';
import { checkDependencies } from './check-dependencies.ts';
import { grammarProblems, messageProblems, unusedCodes } from './check-errors.ts';
import { checkLayers } from './check-layers.ts';
import { checkNames } from './check-names.ts';
import { checkSizes } from './check-sizes.ts';
import { checkWords, wordProblems } from './check-words.ts';
import { checkErrorsDocument } from './write-errors-doc.ts';

test('checkLayers() passes imports that point down', async (context) => {
  const root = await makeTree(context, {
    'src/domain/version.ts': "import semver from 'semver/functions/compare.js';\nexport const a = semver;\n",
    'src/domain/digest.ts': "import { createHash } from 'node:crypto';\nexport const b = createHash;\n",
    'src/policy/policy.ts':
      "import type { a } from '../domain/version.ts';\nimport { z } from 'zod';\nexport type P = typeof a | typeof z;\n",
    'src/adapters/gpg/gpg.ts': "import { run } from '../process/run-tool.ts';\nexport const gpg = run;\n",
    'src/adapters/process/run-tool.ts': "import { spawn } from 'node:child_process';\nexport const run = spawn;\n",
    'src/cli/compose.ts': "import { gpg } from '../adapters/gpg/gpg.ts';\nexport const all = gpg;\n",
    'src/domain/version.test.ts': "import { run } from '../adapters/process/run-tool.ts';\nrun;\n",
  });
  assert.deepEqual(await checkLayers(root), []);
});

const layerFaults: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'domain importing an adapter',
    'src/domain/a.ts',
    '../adapters/git-cli/git-cli.ts',
    /domain may import nothing else/,
  ],
  ['a pure folder importing node:fs', 'src/plan/a.ts', 'node:fs', /no input or output/],
  ['a pure folder importing node:crypto outside digest.ts', 'src/domain/a.ts', 'node:crypto', /no input or output/],
  ['semver outside version.ts', 'src/domain/a.ts', 'semver', /does not use this package/],
  ['a package of a scope in the engine', 'src/engine/a.ts', '@sigstore/verify', /does not use this package/],
  ['policy importing the engine', 'src/policy/a.ts', '../engine/run.ts', /policy may import domain/],
  ['adapters importing each other', 'src/adapters/gpg/a.ts', '../git-cli/git-cli.ts', /do not import each other/],
  ['adapters importing the command line', 'src/adapters/gpg/a.ts', '../../cli/command.ts', /adapters may import/],
  [
    'the embedded registry importing a client',
    'src/registry-server/a.ts',
    '../adapters/oci-http/x.ts',
    /registry-server may import/,
  ],
  ['a command importing an adapter', 'src/cli/commands/a.ts', '../../adapters/gpg/gpg.ts', /cli may import/],
];
for (const [claim, path, specifier, reason] of layerFaults)
  for (const statement of [
    `import { x } from '${specifier}';`,
    `export type { X } from '${specifier}';`,
    `const x = await import('${specifier}');`,
  ])
    test(`checkLayers() finds ${claim}: ${statement}`, async (context) => {
      const [problem = '', ...more] = await checkLayers(await makeTree(context, { [path]: `\n${statement}\n` }));
      assert.match(problem, reason);
      assert.ok(problem.startsWith(`${path}:2: may not import ${specifier}`));
      assert.deepEqual(more, []);
    });

test('checkLayers() finds a folder that is not in its table', async (context) => {
  const root = await makeTree(context, { 'src/novelty/a.ts': 'export const a = 1;\n' });
  assert.match((await checkLayers(root)).join(), /src\/novelty is not in the table/);
});

test('checkLayers() finds a circle of files, but lets one load another later', async (context) => {
  const circle = await makeTree(context, {
    'src/domain/a.ts': "import { b } from './b.ts';\nexport const a = b;\n",
    'src/domain/b.ts': "import {\n  c,\n} from './c.ts';\nexport const b = c;\n",
    'src/domain/c.ts': "import type { a } from './a.ts';\nexport const c: typeof a = 1;\n",
  });
  assert.deepEqual(await checkLayers(circle), [
    'import cycle: src/domain/a.ts -> src/domain/b.ts -> src/domain/c.ts -> src/domain/a.ts',
  ]);
  const later = await makeTree(context, {
    'src/domain/a.ts': "export const a = () => import('./b.ts');\n",
    'src/domain/b.ts': "import { a } from './a.ts';\nexport const b = a;\n",
  });
  assert.deepEqual(await checkLayers(later), []);
});

test('checkSizes() finds a file of 301 lines, but not a test or a generated table', async (context) => {
  const long = 'const line = 1;\n'.repeat(301);
  const root = await makeTree(context, {
    'src/domain/long.ts': long,
    'src/domain/fits.ts': 'const line = 1;\n'.repeat(300),
    'src/domain/long.test.ts': long,
    'src/domain/wide-ranges.generated.ts': long,
  });
  assert.deepEqual(await checkSizes(root), ['src/domain/long.ts: has 301 lines, at most 300 are wanted']);
});

for (const path of [
  'src/utils/a.ts',
  'src/domain/helpers.ts',
  'src/engine/release-manager.ts',
  'src/domain/readTag.ts',
  'src/Domain/a.ts',
  'tools/common.test.ts',
])
  test(`checkNames() refuses ${path}`, async (context) => {
    assert.equal((await checkNames(await makeTree(context, { [path]: '' }))).length, 1);
  });

test('checkNames() accepts kebab-case, property tests and words of the trade', async (context) => {
  const root = await makeTree(context, {
    'src/domain/tag-name.property.test.ts': '',
    'src/adapters/oci-http/credential-helper.ts': '',
    'src/ports/repository.contract.ts': '',
  });
  assert.deepEqual(await checkNames(root), []);
});

const badTexts: readonly (readonly [string, { when: string; hint: string }])[] = [
  ['LOWER_case', { when: 'It fails', hint: 'Run it' }],
  ['A_CODE', { when: 'it fails', hint: 'Run it' }],
  ['A_CODE', { when: 'It fails.', hint: 'Run it' }],
  ['A_CODE', { when: "It doesn't work", hint: 'Run it' }],
  ['A_CODE', { when: 'It fails', hint: 'Perhaps run it' }],
  ['A_CODE', { when: 'It fails', hint: `Run ${'x'.repeat(140)}` }],
];
for (const [code, texts] of badTexts)
  test(`grammarProblems() refuses ${code} ${JSON.stringify(texts).slice(0, 60)}`, () =>
    assert.equal(grammarProblems(code, texts).length, 1));

test('unusedCodes() finds a code that only the catalogue names', () => {
  const files = [
    { path: 'src/domain/error-catalogue.ts', text: "'LONELY'" },
    { path: 'src/a.ts', text: "new CutwaterError('USED', 'Cannot x')" },
  ];
  assert.deepEqual(unusedCodes(['USED', 'LONELY'], files), ['LONELY: is in the catalogue but nothing throws it']);
});

test('messageProblems() finds a message that does not begin with "Cannot", or ends with a period', () => {
  const text = [
    "new CutwaterError('A', 'Failed to read')",
    'new CutwaterError(code, `Cannot read ${file}: it is gone.`)',
    "new CutwaterError(\n  'A',\n  'Cannot read: gone',\n)",
    'new CutwaterError(code, `${text}`)',
    "new CutwaterError('A', message)",
  ].join('\n');
  assert.deepEqual(messageProblems({ path: 'a.ts', text }), [
    'a.ts:1: the message does not begin with "Cannot" and a verb',
    'a.ts:2: the message ends with a period',
  ]);
});

test('checkErrorsDocument() finds a page that is missing or edited by hand', async (context) => {
  assert.equal((await checkErrorsDocument(await makeTree(context, {}))).length, 1);
  assert.equal((await checkErrorsDocument(await makeTree(context, { 'docs/errors.md': '# Errors\n' }))).length, 1);
});

test('checkDependencies() finds ranges, missing rows, rows too many and empty reasons', async (context) => {
  const root = await makeTree(context, {
    'package.json': JSON.stringify({
      dependencies: { a: '1.0.0', b: '^1.0.0', e: '1.0.0-alpha.1' },
      devDependencies: { c: 'latest', f: '1.0.0-alpha.6', g: '^1.0.0-alpha.6' },
    }),
    'docs/dependencies.md': '| package | replaces |\n| --- | --- |\n| `b` | a thing |\n| `d` | another |\n| `e` |  |\n',
  });
  assert.deepEqual(await checkDependencies(root), [
    'package.json: b is "^1.0.0", an exact version is wanted',
    'package.json: e is "1.0.0-alpha.1", an exact version is wanted',
    'package.json: c is "latest", an exact version is wanted',
    'package.json: g is "^1.0.0-alpha.6", an exact version is wanted',
    'docs/dependencies.md: a has no row',
    'docs/dependencies.md: d is no runtime dependency',
    'docs/dependencies.md: e does not say what it replaces',
  ]);
});

test('checkCoverageDocument() accepts a page of unclaimed rows and one claim with an existing test', async (context) => {
  const root = await makeTree(context, { 'docs/process-coverage.md': coveragePage({}), 'src/a.test.ts': '' });
  assert.deepEqual(await checkCoverageDocument(root), []);
  const claimed = await makeTree(context, {
    'docs/process-coverage.md': coveragePage({ A1: '`plan` | `src/a.test.ts` | –' }),
    'src/a.test.ts': '',
  });
  assert.deepEqual(await checkCoverageDocument(claimed), []);
});

const badRows: readonly (readonly [string, string])[] = [
  ['a claim without a test', '`plan` | – | –'],
  ['a claim with a test that does not exist', '`plan` | `src/none.test.ts` | –'],
  ['a claim with a command that there is not', '`plann` | `src/b.test.ts` | –'],
  ['a claim with an option that the command has not', '`plan --deep` | `src/b.test.ts` | –'],
  ['a claim with a file that is no test', '`plan` | `src/a.ts` | –'],
  ['a row that claims nothing and misses nothing', '– | – | –'],
  ['a row with an empty cell', '`plan` | | –'],
];
for (const [claim, row] of badRows)
  test(`checkCoverageDocument() finds ${claim}`, async (context) => {
    const root = await makeTree(context, {
      'docs/process-coverage.md': coveragePage({ A1: row }),
      'src/a.ts': '',
      'src/b.test.ts': '',
    });
    assert.equal((await checkCoverageDocument(root)).length, 1);
  });

test('checkCoverageDocument() finds missing, foreign and double rows', async (context) => {
  const page = `${coveragePage({}).replace('| J6 |', '| Z9 |')}| A1 | – | – | not yet |\n`;
  const problems = await checkCoverageDocument(await makeTree(context, { 'docs/process-coverage.md': page }));
  assert.deepEqual(
    problems.map((problem) => problem.split(': ').slice(1).join(': ')),
    ['J6: has no row', 'Z9: is no row of the process', 'A1: has two rows'],
  );
});

const machine = ['', 'work', 'project'].join('/');
const host = ['registry', 'npmjs', 'org'].join('.');
test('wordProblems() finds the host of a package registry and a path of one machine', () => {
  assert.equal(wordProblems('a.md', `see https://${host}/x`).length, 1);
  assert.equal(wordProblems('a.md', `in ${machine}/x`).length, 1);
  assert.equal(wordProblems('a.md', 'docs/work/in and ghcr.io/acme/work/x').length, 0);
});

test('checkWords() reads new files that git does not ignore, and no others', async (context) => {
  const root = await makeTree(context, { 'new.md': host, 'ignored.md': host, '.gitignore': 'ignored.md\n' });
  execFileSync('git', ['init', '--quiet', root]);
  assert.deepEqual(await checkWords(root), [`new.md:1: names a package registry: ${host}`]);
});

function coveragePage(rows: Readonly<Record<string, string>>): string {
  const lines = processIds.map((id) => `| ${id} | ${rows[id] ?? '– | – | not yet'} |`);
  return `| id | command | test | missing |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}

async function makeTree(context: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cutwater-checks-'));
  context.after(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}
