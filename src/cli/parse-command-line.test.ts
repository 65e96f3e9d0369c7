import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCutwaterError } from '../domain/error.ts';
import { commandTable } from './command-table.ts';
import type { ParsedLine } from './parse-command-line.ts';
import { parseCommandLine } from './parse-command-line.ts';

test('parseCommandLine() finds the command, its arguments and its options', () => {
  const line = runOf('withdraw', 'v1.2.3', '--reason', 'loses uploads', '--aliases', 'hold');
  assert.equal(line.command.name, 'withdraw');
  assert.equal(line.input.argument('VERSION'), 'v1.2.3');
  assert.equal(line.input.text('reason'), 'loses uploads');
  assert.equal(line.input.text('aliases'), 'hold');
  assert.equal(line.input.text('use'), undefined);
});

test('parseCommandLine() finds a command of two words, its number and its flag', () => {
  const line = runOf('registry', 'serve', '--port', '5000', '--read-only');
  assert.equal(line.command.name, 'registry serve');
  assert.equal(line.input.number('port'), 5000);
  assert.equal(line.input.flag('read-only'), true);
});

test('parseCommandLine() collects an option that is given several times', () => {
  const line = runOf('audit', '--ignore', '^a', '--ignore', '^b');
  assert.deepEqual(line.input.list('ignore'), ['^a', '^b']);
  assert.deepEqual(runOf('audit').input.list('ignore'), []);
});

test('parseCommandLine() takes global options before and after the command', () => {
  for (const args of [
    ['--repo', '/r', '--json', '--no-color', 'plan'],
    ['plan', '--json', '--repo', '/r', '--no-color'],
  ]) {
    const { globals } = runOf(...args);
    assert.equal(globals.text('repo'), '/r');
    assert.equal(globals.flag('json'), true);
    assert.equal(globals.flag('no-color'), true);
    assert.equal(globals.flag('quiet'), false);
  }
});

test('parseCommandLine() leaves what follows "--" to the arguments', () => {
  assert.equal(runOf('plan', '--', '--json').input.optionalArgument('VERSION'), '--json');
});

const refusals: readonly (readonly [string, RegExp, RegExp])[] = [
  ['plam', /unknown command 'plam'/, /Did you mean plan\?/],
  ['plan --jsn', /unknown option '--jsn'/, /Did you mean --json\?/],
  ['registry', /"registry" needs one more word: serve, password, gc$/, /Run 'cutwater registry --help'/],
  ['registry sevre', /unknown command 'sevre'/, /Did you mean serve\?/],
  ['help plam', /there is no such command/, /Run 'cutwater --help'/],
  ['release', /missing required argument 'VERSION'/, /Run 'cutwater release --help'/],
  ['release 1.0.0 2.0.0', /too many arguments/, /Run 'cutwater release --help'/],
  ['withdraw 1.0.0 --aliases up', /--aliases: found "up", one of move, hold is wanted/, /cutwater/],
  ['registry serve --port 70000', /found "70000", a whole number from 0 to 65535 is wanted/, /cutwater/],
  ['registry serve --port 5e3', /found "5e3"/, /cutwater/],
  ['verify 1.0.0 --trust', /argument missing/, /Run 'cutwater verify --help'/],
  ['completion tcsh', /Allowed choices are bash, zsh, fish/, /Run 'cutwater completion --help'/],
];
for (const [line, message, hint] of refusals)
  test(`parseCommandLine() refuses "cutwater ${line}" and names the next step`, () => {
    assert.throws(
      () => parse(line.split(' ')),
      (error) => {
        assert.ok(isCutwaterError(error, 'USAGE'));
        assert.match(error.message, /^Cannot read /);
        assert.match(error.message, message);
        assert.match(error.hint, hint);
        return true;
      },
    );
  });

test('parseCommandLine() escapes what was typed in its answer', () => {
  assert.throws(
    () => parse(['\u001b[31mx']),
    (error) => isCutwaterError(error) && !error.message.includes('\u001b') && error.message.includes('\\u{1b}'),
  );
});

for (const command of commandTable)
  test(`cutwater ${command.name} --help shows its summary and an example that is accepted`, () => {
    const help = textOf(...command.name.split(' '), '--help');
    assert.ok(help.includes(command.summary));
    assert.ok(command.examples.length > 0);
    for (const { line } of command.examples) {
      assert.ok(help.includes(`cutwater ${line}`));
      const words = line.replace(/ [>|].*$/, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
      assert.equal(runOf(...words.map((word) => word.replaceAll(/^["']|["']$/g, ''))).command.name, command.name);
    }
  });

test('parseCommandLine() answers an empty line and "help" with the list of commands', () => {
  for (const args of [[], ['--help'], ['help']])
    for (const { name, summary } of commandTable.filter((command) => !command.name.includes(' '))) {
      const help = textOf(...args);
      assert.ok(help.includes(name) && help.includes(summary.slice(0, 30)), name);
    }
});

test('a command that asks for an option its table entry does not have is our bug', () => {
  const { input } = runOf('plan');
  assert.throws(() => input.flag('nope'), /no option --nope/);
  assert.throws(() => input.argument('TARGET'), /no argument TARGET/);
  assert.throws(() => input.argument('VERSION'), /not required and was not given/);
});

function parse(args: readonly string[]): ParsedLine {
  return parseCommandLine({ args, table: commandTable, version: '9.9.9', columns: 200 });
}

function runOf(...args: readonly string[]): Extract<ParsedLine, { kind: 'run' }> {
  const line = parse(args);
  assert.ok(line.kind === 'run');
  return line;
}

function textOf(...args: readonly string[]): string {
  const line = parse(args);
  assert.ok(line.kind === 'text');
  return line.text;
}

for (const group of new Set(commandTable.flatMap(({ name }) => name.split(' ').slice(0, -1))))
  test(`cutwater ${group} --help says what its commands are for, and shows one of each`, () => {
    const help = textOf(group, '--help');
    assert.match(help, /^[A-Z][^\n]{20,}\.$/m);
    for (const { name } of commandTable)
      if (name.startsWith(`${group} `)) assert.ok(help.includes(`\n  cutwater ${name}`), name);
  });
