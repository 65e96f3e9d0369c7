import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isCutwaterError } from '../domain/error.ts';
import { commandTable } from './command-table.ts';
import { parseCommandLine } from './parse-command-line.ts';

const page = readFileSync(new URL('../../examples/rustshare/release-process.md', import.meta.url), 'utf8');

void test('the page names only commands and options that the program has', () => {
  const lines = commandsOf(page);
  assert.ok(lines.length > 20);
  for (const line of lines) {
    const [name = '', ...args] = wordsOf(line).slice(1);
    try {
      const parsed = parseCommandLine({ args: [name, ...args], table: commandTable, version: '1', columns: 80 });
      assert.equal(parsed.kind, 'run', line);
    } catch (error) {
      assert.fail(isCutwaterError(error) ? `${line}: ${error.message}` : String(error));
    }
  }
});

function commandsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```sh \w+\n([\s\S]*?)^```$/gm)]
    .flatMap(([, body = '']) => body.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .filter((line) => /^\s*cutwater /.test(line))
    .map((line) => line.trim());
}

/** The words of a line as a shell would give them, with every variable being a version. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) =>
    (double ?? single ?? plain ?? '')
      .replaceAll('$ALIASES', 'move')
      .replaceAll('$VERSION', '0.4.0')
      .replaceAll(/\$[A-Z]+/g, '1'),
  );
}
