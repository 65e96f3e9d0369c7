import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { emptyEnvironment, runTool } from '../../adapters/process/run-tool.ts';
import { CutwaterError } from '../../domain/error.ts';
import { copyExample, programCommand } from '../package-files.ts';
import { commandTable } from '../command-table.ts';
import type { ProgramWorld } from '../program.ts';
import { runProgram } from '../program.ts';
import type { TextSink } from '../render/terminal.ts';
import { rehearsalPolicy } from './policy.ts';
import { makeSigningKey } from './signing-key.ts';
import type { SigningKey } from './signing-key.ts';

/** A maintainer, a remote, and a CI runner, each in a folder of its own, all real. */
export interface Stage {
  readonly folder: string;
  /** The maintainer's clone. */
  readonly clone: string;
  readonly keyKind: 'openpgp' | 'ssh';
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Replaces a text, which must be there, in a file of the clone. */
  readonly edit: (path: string, before: string, after: string) => Promise<void>;
  /** Commits every change in the clone. */
  readonly commit: (message: string) => Promise<void>;
  /** Runs Cutwater in the maintainer's clone, in this process: she has the terminal already. */
  readonly maintainer: (args: readonly string[]) => Promise<RunResult>;
  /** Runs Cutwater as CI does: a process of its own in a fresh clone, with the CI key and without the maintainer's. */
  readonly ci: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** Asks Cutwater something, unseen. */
  readonly ask: (args: readonly string[]) => Promise<RunResult>;
  readonly remove: () => Promise<void>;
}

export interface StageOptions {
  /** A new folder that stays; undefined: a temporary one. */
  readonly keep: string | undefined;
  /** Told of each run of Cutwater before it begins. */
  readonly onRun: (who: 'Mara' | 'CI', args: readonly string[]) => void;
  readonly signal: AbortSignal;
}

export interface RunOptions {
  /** Kills the run (SIGKILL) as soon as its narration has said this. */
  readonly killAfter?: string;
}

export interface RunResult {
  readonly exitCode: number;
  readonly killed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Sets up everything a release needs from nothing but the example's files. */
export async function setStage({ keep, onRun, signal }: StageOptions): Promise<Stage> {
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'cutwater-rehearsal-')));
  const home = join(folder, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const key = await makeSigningKey(home);
  const base = {
    ...emptyEnvironment(),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    CUTWATER_DATA: join(folder, 'published'),
    NODE_COMPILE_CACHE: join(folder, 'cache'),
  };
  const env = { ...base, ...key.environment };
  const clone = join(folder, 'maintainer');
  const origin = join(folder, 'origin.git');
  const call = (cwd: string, args: readonly string[]): Promise<string> => mustRun({ command: 'git', args, cwd, env });
  await call(folder, ['init', '-q', '--bare', '-b', 'main', '--', origin]);
  await call(folder, ['clone', '-q', '--', origin, clone]);
  const git = (...args: readonly string[]): Promise<string> => call(clone, args);
  const config = { 'user.name': 'Mara', 'user.email': 'mara@example.org', ...key.gitConfig };
  for (const [name, value] of Object.entries(config)) await git('config', name, value);
  await git('checkout', '-q', '-b', 'main');
  const ciKeyFile = join(folder, 'ci.pem');
  const write = (path: string, text: string): Promise<void> => writeBelow(clone, path, text);
  await fillClone(clone, { key, ciKeyFile, write });
  let clones = 0;
  return {
    folder,
    clone,
    keyKind: key.kind,
    git,
    edit: (path, before, after) => editBelow(clone, path, [before, after]),
    commit: async (message) => {
      await git('add', '--all');
      await git('commit', '-q', '-m', message);
    },
    maintainer: (args) => {
      onRun('Mara', args);
      return runHere(args, { cwd: clone, env, signal });
    },
    ask: (args) => runHere(args, { cwd: clone, env, signal }),
    ci: async (args, more) => {
      onRun('CI', args);
      clones += 1;
      const cwd = join(folder, `ci-${clones}`);
      await call(folder, ['clone', '-q', '--', origin, cwd]);
      return runCutwater(args, { cwd, env: { ...base, CUTWATER_CI_KEY_FILE: ciKeyFile, CI: 'true' }, ...more });
    },
    remove: async () => {
      await key.stop();
      if (keep === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The example's files, the keys of this rehearsal, and a policy that trusts them. */
async function fillClone(
  clone: string,
  fill: {
    readonly key: SigningKey;
    readonly ciKeyFile: string;
    readonly write: (path: string, text: string) => Promise<void>;
  },
): Promise<void> {
  const { key, write } = fill;
  await copyExample(clone);
  // Packages are published without their .gitignore files.
  await write('.gitignore', 'build/\n.cutwater/*\n!.cutwater/keys/\n');
  const ci = makeCiKey();
  await writeFile(fill.ciKeyFile, ci.privatePem, { mode: 0o600 });
  await write('.cutwater/keys/ci.pub', ci.publicPem);
  if (key.kind === 'openpgp') await write('.cutwater/keys/mara.asc', key.publicKey);
  await write('cutwater.yaml', rehearsalPolicy(key));
}

async function editBelow(folder: string, path: string, [before, after]: readonly [string, string]): Promise<void> {
  const text = await readFile(join(folder, path), 'utf8');
  if (!text.includes(before)) throw new Error(`${path} of the example does not hold ${JSON.stringify(before)}`);
  await writeFile(
    join(folder, path),
    text.replace(before, () => after),
  );
}

async function writeBelow(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function runHere(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: ProgramWorld['env']; readonly signal: AbortSignal },
): Promise<RunResult> {
  const { sink: stdout, text: out } = collect();
  const { sink: stderr, text: err } = collect();
  const size = { isTty: false, columns: 80 };
  const exitCode = await runProgram({
    args: ['--plain', ...args],
    cwd: options.cwd,
    env: options.env,
    stdout,
    stderr,
    stdoutSize: size,
    stderrSize: size,
    table: commandTable,
    listen: () => ({ signal: options.signal, close: () => undefined }),
  });
  return { exitCode, killed: false, stdout: out(), stderr: err() };
}

function collect(): { readonly sink: TextSink; readonly text: () => string } {
  const pieces: string[] = [];
  return { sink: { write: (text) => pieces.push(text) }, text: () => pieces.join('') };
}

async function runCutwater(
  args: readonly string[],
  options: RunOptions & { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<RunResult> {
  const stop = new AbortController();
  let said = '';
  const decoder = new TextDecoder();
  const program = programCommand();
  const run = runTool({
    command: program.command,
    args: [...program.args, '--plain', ...args],
    cwd: options.cwd,
    env: options.env,
    kill: { signal: stop.signal, with: 'SIGKILL' },
    onOutput: (chunk, stream) => {
      if (stream === 'stderr') said += decoder.decode(chunk, { stream: true });
      if (options.killAfter !== undefined && said.includes(options.killAfter)) stop.abort();
    },
  });
  const { exitCode, stdout, stderr } = await run;
  return { exitCode, killed: stop.signal.aborted, stdout: new TextDecoder().decode(stdout), stderr };
}

async function mustRun(call: Parameters<typeof runTool>[0]): Promise<string> {
  const result = await runTool(call);
  if (result.exitCode === 0) return new TextDecoder().decode(result.stdout).trim();
  throw new CutwaterError(
    'TOOL_FAILED',
    `Cannot run ${call.command} ${call.args[0] ?? ''}: exit code ${result.exitCode}`,
    {
      details: result.stderr.split('\n').slice(0, 20),
    },
  );
}

function makeCiKey(): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
