import assert from 'node:assert/strict';
import { readFile, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { suite, test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import type { GatePolicy } from '../../policy/gate-policy.ts';
import type { GateRun, GateRunner } from '../../ports/gate-runner.ts';
import type { Scope } from '../../../test/make/folder.ts';
import { makeFolder } from '../../../test/make/folder.ts';
import { makeGitRepository } from '../../../test/make/git-repository.ts';
import { gitCli } from '../git-cli/git-cli.ts';
import { temporaryWorkspace } from '../files/temporary-workspace.ts';
import type { GateRunnerOptions } from './gate-runner.ts';
import { gateCommands } from './gate-runner.ts';

interface Bench {
  readonly runner: GateRunner;
  readonly commit: ObjectId;
  readonly logs: string;
  /** A folder outside the tree. */
  readonly outside: string;
  /** Runs JavaScript as a gate; its lines of output and what came of it. */
  run(script: string, change?: Partial<GatePolicy>): Promise<GateRun & { readonly shown: readonly string[] }>;
}

async function makeBench(
  scope: Scope,
  options: Partial<GateRunnerOptions> & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<Bench> {
  const repository = await makeGitRepository(scope);
  const outside = await makeFolder(scope);
  const logs = join(outside, 'logs');
  const commit = await repository.commit({ 'app.txt': 'one\n', ...options.files });
  const workspace = await temporaryWorkspace();
  scope.after(() => workspace.remove());
  const runner = gateCommands({
    git: gitCli({ folder: repository.folder, environment: repository.environment }),
    newFolder: (name) => workspace.newFolder(name),
    logFolder: logs,
    pullName: async (image) => image,
    environment: {},
    secrets: [],
    signal: new AbortController().signal,
    ...options,
  });
  return {
    runner,
    commit,
    logs,
    outside,
    run: async (script, change = {}) => {
      const shown: string[] = [];
      const gate = { ...plain, command: ['node', '-e', script], ...change };
      const result = await runner.run(gate, { commit, image: undefined }, (line) => shown.push(line));
      return { ...result, shown };
    },
  };
}

const plain: GatePolicy = {
  name: 'smoke',
  on: 'source',
  command: ['true'],
  timeoutSeconds: 60,
  classes: ['stable'],
  env: [],
  report: undefined,
  whenChanged: [],
};
const yamlReport = { format: 'yaml', path: 'out/gate.yaml', gates: [] } as const;

/** Starts a program that would run for minutes, and writes its number to a file. */
const startsAnother = (file: string, options: string): string => `
  const { spawn } = require('node:child_process');
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => 0, 300000)'], ${options});
  require('node:fs').writeFileSync(${JSON.stringify(file)}, String(other.pid));
  other.unref();`;

async function isRunning(file: string): Promise<boolean> {
  const pid = await readFile(file, 'utf8');
  // One that has ended and that nobody has asked about yet still has a number.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !/\) [ZX]/.test(stat);
}

void suite('gates as commands', { concurrency: 2 }, () => {
  void test('a gate sees the tree of the commit, its commit and its image, an empty HOME, no input, and no other variable', async (t) => {
    // What lets a workflow sign without a key is of no use to a gate but to sign as CI.
    const workflow = {
      SIGSTORE_ID_TOKEN: 'hidden',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'hidden',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'hidden',
    };
    const bench = await makeBench(t, { environment: { TOKEN: 'visible-token', OTHER: 'hidden', ...workflow } });
    const script = `
      const fs = require('node:fs');
      const names = Object.keys(process.env).toSorted().join();
      console.log(fs.readFileSync('app.txt', 'utf8').trim(), names, process.env.SOURCE_COMMIT, process.env.TOKEN.length);
      console.log(fs.readdirSync(process.env.HOME).length, JSON.stringify(fs.readFileSync(0, 'utf8')), process.argv[1]);`;
    const shown: string[] = [];
    const gate = { ...plain, command: ['node', '-e', script, 'of {image}'], env: ['TOKEN', 'UNSET'] };
    const result = await bench.runner.run(gate, { commit: bench.commit, image: 'host/a@sha256:x' }, (line) =>
      shown.push(line),
    );
    assert.deepEqual(shown, [
      `one CANDIDATE_IMAGE,GATE_RUN,HOME,LC_ALL,PATH,SOURCE_COMMIT,TMPDIR,TOKEN,TZ ${bench.commit} 13`,
      '0 "" of host/a@sha256:x',
    ]);
    assert.deepEqual(result.ended, { is: 'exit', code: 0 });
    assert.ok(result.finishedAt >= result.startedAt);
    const log = await readFile(result.log.file, 'utf8');
    assert.match(log, /^# gate smoke on commit [0-9a-f]{40}\n# image host\/a@sha256:x\n/);
    assert.match(log, /# not set here: UNSET\n/);
    assert.match(log, /one CANDIDATE_IMAGE,[^]*\n# ended by exit code 0 after \d+ s\n$/);
    assert.equal(result.log.digest, digestOf(log));
  });

  void test('a gate that hangs is ended with all it has started, also where that has left its process group', async (t) => {
    const bench = await makeBench(t);
    const [near, far] = [join(bench.outside, 'near'), join(bench.outside, 'far')];
    const result = await bench.run(
      `{${startsAnother(near, "{ stdio: 'inherit' }")}}{${startsAnother(far, "{ stdio: 'inherit', detached: true }")}}
       process.on('SIGTERM', () => process.exit(0)); setInterval(() => 0, 1000)`,
      { timeoutSeconds: 1 },
    );
    assert.deepEqual(result.ended, { is: 'time-limit' }, 'ending with 0 when told to end is no pass');
    assert.deepEqual(result.leftovers, ['node']);
    for (const file of [near, far]) assert.equal(await isRunning(file), false, file);
  });

  void test('what a gate leaves running is ended and named, and a gate that leaves nothing names nothing', async (t) => {
    const bench = await makeBench(t);
    const file = join(bench.outside, 'pid');
    const left = await bench.run(startsAnother(file, "{ stdio: 'ignore', detached: true }"));
    assert.deepEqual(left.ended, { is: 'exit', code: 0 });
    assert.deepEqual(left.leftovers, ['node']);
    assert.equal(await isRunning(file), false);
    assert.match(await readFile(left.log.file, 'utf8'), /# left running and killed: node\n$/);
    assert.deepEqual((await bench.run('console.log(1)')).leftovers, []);
  });

  void test('each way to end is told apart from the others', async (t) => {
    const bench = await makeBench(t, { files: { 'plain.txt': 'x', 'run.sh': '#!/no/such/interpreter\n' } });
    const command = async (...words: string[]) => (await bench.run('', { command: words })).ended;
    assert.deepEqual((await bench.run('process.exit(7)')).ended, { is: 'exit', code: 7 });
    assert.deepEqual((await bench.run("process.kill(process.pid, 'SIGSEGV')")).ended, {
      is: 'signal',
      signal: 'SIGSEGV',
    });
    assert.deepEqual(await command('no-such-program'), { is: 'not-started', reason: 'is not installed' });
    assert.deepEqual(await command('./no-such-file'), {
      is: 'not-started',
      reason: 'is not there, or the interpreter it names is not',
    });
    assert.deepEqual(await command('./plain.txt'), { is: 'not-started', reason: 'may not be executed' });
  });

  void test('a run that is stopped ends its gate and says that it was interrupted', async (t) => {
    const stop = new AbortController();
    const bench = await makeBench(t, { signal: stop.signal });
    const file = join(bench.outside, 'pid');
    const script = `${startsAnother(file, "{ stdio: 'inherit' }")} console.log('ready'); setInterval(() => 0, 1000)`;
    const gate = { ...plain, command: ['node', '-e', script] };
    const run = bench.runner.run(gate, { commit: bench.commit, image: undefined }, () => stop.abort());
    await assert.rejects(run, (error) => isCutwaterError(error, 'INTERRUPTED'));
    assert.equal(await isRunning(file), false);
    const again = bench.run('');
    await assert.rejects(again, (error) => isCutwaterError(error, 'INTERRUPTED'), 'nothing is started after that');
  });

  void test('secrets are taken out of what is shown, logged and reported, also where they come in two pieces', async (t) => {
    const token = 'canary-token-0123456789';
    const bench = await makeBench(t, {
      environment: { TOKEN: token },
      secrets: [{ name: 'CI key', value: 'line-one-of-key\nline-two-of-key' }],
    });
    const script = `
      const { TOKEN } = process.env;
      process.stdout.write('a ' + TOKEN.slice(0, 9));
      setTimeout(() => {
        process.stdout.write(TOKEN.slice(9) + '\\n');
        console.error('line-two-of-key', Buffer.from(TOKEN).toString('base64'));
        require('node:fs').mkdirSync('out');
        require('node:fs').writeFileSync('out/gate.yaml', 'gates: [{ name: ' + TOKEN + ', status: FAIL }]');
      }, 50);`;
    const result = await bench.run(script, { env: ['TOKEN'], report: yamlReport });
    assert.ok(result.report?.is === 'read');
    const report = new TextDecoder().decode(result.report.bytes);
    assert.equal(report, 'gates: [{ name: [TOKEN], status: FAIL }]');
    assert.deepEqual(result.shown.toSorted(), ['[CI key] [TOKEN]k=', 'a [TOKEN]'].toSorted());
    const log = await readFile(result.log.file, 'utf8');
    assert.match(log, /\na \[TOKEN\]\n/);
    for (const text of [log, ...result.shown, ...result.tail, report]) assert.ok(!text.includes('canary'), text);
  });

  void test('what a gate prints cannot command the terminal, and its log keeps it as it was', async (t) => {
    const bench = await makeBench(t);
    const result = await bench.run(`process.stdout.write('\\x1b[2Jred\\rgreen\\u202e\\n' + 'x'.repeat(5000))`);
    assert.deepEqual(result.shown.slice(0, 1), ['green\\u{202e}']);
    assert.deepEqual(
      result.shown.slice(1).map(({ length }) => length),
      [2000, 2000, 1000],
    );
    assert.ok((await readFile(result.log.file, 'utf8')).includes('\u001b[2Jred\rgreen\u202e\n'));
  });

  void test('a log keeps its first and its last megabytes, says what is left out, and never hinders the gate', async (t) => {
    const bench = await makeBench(t);
    const result = await bench.run(`
      console.log('the very first line');
      const line = 'x'.repeat(1023) + '\\n';
      for (let count = 0; count < 12 * 1024; count += 1) process.stdout.write(line);
      console.log('the very last line');`);
    assert.deepEqual(result.ended, { is: 'exit', code: 0 });
    assert.equal(result.tail.at(-1), 'the very last line');
    const log = await readFile(result.log.file, 'utf8');
    assert.ok(log.length < 9 * 1024 * 1024, `${log.length}`);
    assert.match(log, /the very first line/);
    assert.match(log, /\[\d{7} bytes of the output are left out here\]/);
    assert.match(log.slice(-200), /the very last line/);
    assert.equal(result.log.digest, digestOf(log));
  });

  void test('a report must be written by this run, as a regular file inside the tree', async (t) => {
    const bench = await makeBench(t, { files: { 'out/gate.yaml': 'gates: [{ name: old, status: PASS }]' } });
    const secret = join(bench.outside, 'secret.yaml');
    await writeFile(secret, 'gates: [{ name: a, status: PASS }]');
    const reportOf = async (script: string) =>
      (await bench.run(`const fs = require('node:fs'); ${script}`, { report: yamlReport })).report;
    assert.deepEqual(await reportOf(''), { is: 'missing' }, 'one that is in the commit says nothing about this run');
    const written = await reportOf(`fs.writeFileSync('out/gate.yaml', 'gates: []')`);
    assert.ok(written?.is === 'read');
    assert.equal(new TextDecoder().decode(written.bytes), 'gates: []');
    assert.equal(written.digest, digestOf('gates: []'));
    const unreadable = (reason: string) => ({ is: 'unreadable', reason });
    const link = `fs.symlinkSync(${JSON.stringify(secret)}, 'out/gate.yaml')`;
    assert.deepEqual(await reportOf(link), unreadable('is a symbolic link'));
    const folder = `fs.rmSync('out', { recursive: true }); fs.symlinkSync(${JSON.stringify(bench.outside)}, 'out')`;
    assert.deepEqual(await reportOf(folder), unreadable('lies outside the tree'));
    assert.deepEqual(await reportOf(`fs.mkdirSync('out/gate.yaml')`), unreadable('is no regular file'));
    const pipe = `require('node:child_process').execFileSync('mkfifo', ['out/gate.yaml'])`;
    assert.deepEqual(await reportOf(pipe), unreadable('is no regular file'));
    const large = `fs.writeFileSync('out/gate.yaml', 'x'.repeat(70000))`;
    assert.deepEqual(await reportOf(large), unreadable('has 70000 bytes, at most 65536 are read'));
  });

  void test('a report that is to be taken away behind a link of the tree is left alone', async (t) => {
    const outside = await makeFolder(t);
    await writeFile(join(outside, 'gate.yaml'), 'precious');
    const bench = await makeBench(t, {
      git: {
        exportTree: async (_, folder) => {
          await symlink(outside, join(folder, 'out'));
        },
      },
    });
    const { report } = await bench.run('', { report: yamlReport });
    assert.deepEqual(report, { is: 'unreadable', reason: 'lies outside the tree' });
    assert.equal(await readFile(join(outside, 'gate.yaml'), 'utf8'), 'precious');
  });

  void test('a log is never written over, and old ones are removed when there are a hundred', async (t) => {
    const outside = await makeFolder(t);
    const long = new Date(Date.now() - 86_400_000);
    for (let count = 1; count <= 105; count += 1) {
      const file = join(outside, `gate-old-${count}.log`);
      await writeFile(file, '');
      await utimes(file, long, new Date(long.getTime() + count * 1000));
    }
    await writeFile(join(outside, 'mine.txt'), '');
    const bench = await makeBench(t, { logFolder: outside });
    const logs = [await bench.run(''), await bench.run(''), await bench.run('')].map(({ log }) => basename(log.file));
    const name = `gate-smoke-${bench.commit.slice(0, 12)}`;
    assert.deepEqual(logs, [`${name}.log`, `${name}-2.log`, `${name}-3.log`]);
    const names = await readdir(outside);
    assert.equal(names.length, 101);
    assert.ok(names.includes('mine.txt') && names.includes('gate-old-105.log') && !names.includes('gate-old-8.log'));
  });
});

void test('a gate on the candidate is given every image of the release, as word and as variable', async (t) => {
  const bench = await makeBench(t, { pullName: async (image) => image.replace('embedded/', 'here:1/') });
  const shown: string[] = [];
  const script = `console.log(process.argv.slice(1).join(' '));
    for (const [name, value] of Object.entries(process.env)) if (name.startsWith('CANDIDATE_')) console.log(name + '=' + value)`;
  const command = ['node', '-e', script, '{image}', '{image:web-ui}', '{image:other}'];
  const companions = [
    { name: { registry: 'embedded', repository: 'team/web-ui' }, image: 'embedded/team/web-ui@sha256:b' },
  ];
  const gate = { ...plain, on: 'candidate', command } as const;
  const subject = { commit: bench.commit, image: 'embedded/app@sha256:a', companions };
  const { ended } = await bench.runner.run(gate, subject, (line) => shown.push(line));
  assert.deepEqual(ended, { is: 'exit', code: 0 });
  assert.deepEqual(shown.toSorted(), [
    'CANDIDATE_IMAGE=here:1/app@sha256:a',
    'CANDIDATE_IMAGE_WEB_UI=here:1/team/web-ui@sha256:b',
    'here:1/app@sha256:a here:1/team/web-ui@sha256:b {image:other}',
  ]);
});
