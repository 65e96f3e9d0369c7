import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandTable } from './command-table.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { completionGrammar } from './completion-grammar.ts';
import { zshCompletion } from './completion-zsh.ts';

const grammar = completionGrammar(commandTable);

const bashCases: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['w'], ['withdraw']],
  [
    ['--repo', 'x', 're'],
    ['release', 'reconcile', 'restore', 'registry', 'rehearse'],
  ],
  [
    ['registry', ''],
    ['serve', 'password', 'gc'],
  ],
  [
    ['registry', 'serve', '--r'],
    ['--read-only', '--repo'],
  ],
  [
    ['withdraw', '1.0.0', '--aliases', ''],
    ['move', 'hold'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['plan', '--j'], ['--json']],
];
for (const [words, wanted] of bashCases)
  test(`bash completes "cutwater ${words.join(' ')}" with ${wanted.join(', ')}`, () => {
    const script = `${bashCompletion(grammar)}COMP_WORDS=(cutwater "$@"); COMP_CWORD=$#; _cutwater; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.deepEqual(new Set(stdout.trim().split('\n')), new Set(wanted));
  });

const otherShells = [
  { shell: 'zsh', script: zshCompletion(grammar) },
  { shell: 'fish', script: fishCompletion(grammar) },
] as const;
for (const { shell, script } of otherShells) {
  test(`the ${shell} script names every command and every option`, () => {
    for (const { name, options } of commandTable) {
      for (const word of name.split(' ')) assert.ok(script.includes(word), word);
      for (const option of options) assert.ok(script.includes(option.name), option.name);
    }
  });

  test(`${shell} finds no fault in the grammar of its script`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'cutwater-completion-'));
    context.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'script');
    await writeFile(file, script);
    const result = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    if (result.error !== undefined) context.diagnostic(`not run: ${shell} is not installed`);
    else assert.deepEqual([result.status, result.stderr], [0, '']);
  });
}
