import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTool } from '../src/adapters/process/run-tool.ts';
import { repositoryRoot } from './run-check.ts';

const faults: readonly (readonly [string, string])[] = [
  ['no-floating-promises', 'export function f(): void {\n  Promise.resolve(1);\n}'],
  ['no-misused-promises', 'export const f = (list: number[]): number[] => list.filter(async () => true);'],
  [
    'switch-exhaustiveness-check',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
  ],
  ['no-explicit-any', 'export const f = (x: any): unknown => x;'],
  ['no-non-null-assertion', 'export const f = (x: string | undefined): string => x!;'],
  ['consistent-type-imports', "import { Stats } from 'node:fs';\nexport const f = (x: Stats): number => x.size;"],
  ['no-default-export', 'export default 1;'],
  ['no-console', "export const f = (): void => console.log('x');"],
  ['only-throw-error', "export function f(): void {\n  throw 'x';\n}"],
  ['eqeqeq', 'export const f = (x: unknown): boolean => x == 1;'],
  ['max-params', 'export const f = (a: number, b: number, c: number, d: number): number => a + b + c + d;'],
  ['max-lines-per-function', `export function f(): number {\n  let x = 0;\n${'  x += 1;\n'.repeat(60)}  return x;\n}`],
  ['Unused', '// oxlint-disable-next-line no-console\nexport const f = 1;'],
];

test('the linter refuses each fault our style forbids', async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'cutwater-lint-'));
  context.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'src'));
  await symlink(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json']) await cp(join(repositoryRoot, file), join(root, file));
  for (const [rule, text] of faults) await writeFile(join(root, 'src', `${rule}.ts`), `${text}\n`);
  const args = ['--type-aware', '--no-ignore', '--report-unused-disable-directives-severity=error', '-f', 'unix'];
  const result = await runTool({ command: join(repositoryRoot, 'node_modules', '.bin', 'oxlint'), args, cwd: root });
  const lines = Buffer.from(result.stdout).toString('utf8').split('\n');
  assert.equal(result.exitCode, 1);
  for (const [rule] of faults)
    assert.ok(
      lines.some((line) => line.includes(`src/${rule}.ts:`) && line.includes(rule)),
      `${rule} is not found:\n${lines.join('\n')}`,
    );
});
