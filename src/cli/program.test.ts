import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { CliContext, Command } from './command.ts';
import type { ProgramWorld } from './program.ts';
import { runProgram } from './program.ts';
import { programVersion } from './version.ts';

const mainFile = new URL('../main.ts', import.meta.url).pathname;

test('runProgram() gives the command its context and answers with its exit code', async () => {
  const seen: CliContext[] = [];
  const { world } = fakeWorld(['--json', 'look', '--repo', 'sub'], (context) => {
    seen.push(context);
    return 3;
  });
  assert.equal(await runProgram(world), 3);
  const [context] = seen;
  assert.equal(context?.options.repo, '/somewhere/sub');
  assert.equal(context.options.json, true);
  assert.equal(context.version, programVersion);
});

test('runProgram() turns a thrown error into text and exit code', async () => {
  const { world, out, err } = fakeWorld(['look'], () => {
    throw new Error('oops');
  });
  assert.equal(await runProgram(world), 70);
  assert.equal(out.join(''), '');
  assert.match(err.join(''), /^bug: This is a bug/);
});

test('runProgram() answers a wrong line as JSON where --json was asked for, but not behind "--"', async () => {
  const json = fakeWorld(['--json', 'lok'], () => 0);
  assert.equal(await runProgram(json.world), 2);
  assert.equal(JSON.parse(json.out.join('')).code, 'USAGE');
  const human = fakeWorld(['lok', '--', '--json'], () => 0);
  assert.equal(await runProgram(human.world), 2);
  assert.deepEqual(human.out, ['']);
});

test('cutwater --version prints the version of the package', async () => {
  const child = startMain(['--version']);
  assert.equal(await text(child.stdout), `${programVersion}\n`);
  assert.equal(await exitOf(child), 0);
});

test('cutwater with an unknown command exits with 2 and suggests the near one', async () => {
  const child = startMain(['relase']);
  assert.match(await text(child.stderr), /Did you mean release\?/);
  assert.equal(await exitOf(child), 2);
});

test('a reader that closes stdout early brings no error and does not stop the work', async () => {
  const child = startScript(`
    for (let at = 0; at < 50; at++) { context.stdout.write('line\\n'.repeat(10000)); await new Promise(setImmediate); }
    context.stderr.write('all done');
    return 0;`);
  child.stdout.destroy();
  assert.equal(await text(child.stderr), 'all done');
  assert.equal(await exitOf(child), 0);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`the first ${signal} aborts the run, which exits with 5 and says to run it again`, async () => {
    const child = startScript(untilAborted);
    await once(child.stdout, 'data');
    child.kill(signal);
    const said = await text(child.stderr);
    assert.equal(await exitOf(child), 5);
    assert.match(said, /Stopping after the current step/);
    assert.match(said, /next: Run the same command again/);
  });

test('the second signal ends a run that does not stop', async () => {
  const child = startScript(
    `context.stdout.write('ready'); setInterval(() => {}, 1000); return new Promise(() => {});`,
  );
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  assert.equal(await exitOf(child), 5);
});

test('a command that ends by itself after a signal keeps its own exit code', async () => {
  const child = startScript(`
    context.stdout.write('ready');
    const timer = setInterval(() => {}, 1000);
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    clearInterval(timer);
    return 0;`);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.equal(await exitOf(child), 0);
});

const untilAborted = `
  context.stdout.write('ready');
  const timer = setInterval(() => {}, 1000);
  await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
  clearInterval(timer);
  context.signal.throwIfAborted();`;

function command(run: (context: CliContext) => number): Command {
  return {
    name: 'look',
    summary: 'Look',
    arguments: [],
    options: [],
    examples: [],
    // The exit codes of these tests are those of the catalogue.
    load: () => Promise.resolve({ run: async (_, context) => run(context) as 0 | 3 }),
  };
}

function fakeWorld(
  args: readonly string[],
  run: (context: CliContext) => number,
): { world: ProgramWorld; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const size = { isTty: false, columns: undefined };
  const world: ProgramWorld = {
    args,
    cwd: '/somewhere',
    env: {},
    stdout: { write: (said) => void out.push(said) },
    stderr: { write: (said) => void err.push(said) },
    stdoutSize: size,
    stderrSize: size,
    table: [command(run)],
    listen: () => ({ signal: new AbortController().signal, close: () => undefined }),
  };
  return { world, out, err };
}

function startMain(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [mainFile, ...args]);
}

/** The real program with one command, whose body is given, in a process of its own. */
function startScript(body: string): ChildProcessWithoutNullStreams {
  const script = `
    import { runProcess } from ${JSON.stringify(new URL('./program.ts', import.meta.url).href)};
    const run = async (input, context) => { ${body} };
    const command = { name: 'look', summary: 'Look', arguments: [], options: [], examples: [], load: async () => ({ run }) };
    process.exitCode = await runProcess(['look'], [command]);`;
  return spawn(process.execPath, ['--input-type=module', '--eval', script]);
}

async function exitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}
