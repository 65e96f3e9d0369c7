import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeFolder } from '../../../test/make/folder.ts';
import { command, sh, shellWord } from './shell.ts';

void test('a shell takes every quoted value as one word and as it is', () => {
  const word = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((text) => text !== '' && text.isWellFormed() && !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
      const line = `printf '%s\\0' ${words.map((text) => sh`${text}`.shell).join(' ')}`;
      const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } });
      assert.deepEqual(stdout.split('\0').slice(0, -1), words, `${line}\n${stderr}`);
    }),
    { numRuns: 30 },
  );
});

void test('a command is the program of that name, whatever a shell would take its first word for', async (t) => {
  const folder = await makeFolder(t);
  for (const name of ['PATH=x', 'a+=b', 'if', 'time', 'function', 'a b', "it's"]) {
    await writeFile(join(folder, name), '#!/bin/sh\nprintf "%s\\0" "$0" "$@"\n', { mode: 0o755 });
    const env = { PATH: [folder, process.env['PATH']].join(delimiter) };
    const { stdout } = spawnSync('bash', ['-c', command([name, 'x=y', '$z']).shell], { encoding: 'utf8', env });
    assert.deepEqual(stdout.split('\0').slice(0, -1), [join(folder, name), 'x=y', '$z'], name);
  }
  assert.equal(command(['cargo', 'test', '--config=x']).shell, 'cargo test --config=x');
});

void test('words that a shell takes as they are stay readable', () => {
  for (const plain of ['cargo', '--workspace', './scripts/smoke.sh', 'docs/upgrading.md', 'ghcr.io/a/b@sha256:00'])
    assert.equal(shellWord(plain), plain);
  assert.equal(shellWord('two words'), "'two words'");
  assert.equal(shellWord("it's"), String.raw`'it'\''s'`);
  assert.equal(shellWord('$HOME'), "'$HOME'");
  assert.equal(shellWord(''), "''");
  assert.equal(shellWord('a\u202eb'), String.raw`$'a\U0000202eb'`);
});
