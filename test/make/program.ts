import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runTool } from '../../src/adapters/process/run-tool.ts';

/** What a person or a CI job sees of one run. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunAt {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What is started: `node FILE ARGS`. */
export const programFile = join(import.meta.dirname, '../../src/main.ts');

/**
 * Runs the program as a child and gives what it printed. Whatever the command and however it ends, it must not have met a
 * bug of its own, printed a raw control character, or told a secret of its environment.
 */
export async function runProgram(args: readonly string[], at: RunAt): Promise<Ended> {
  const result = await runTool({
    command: process.execPath,
    args: [programFile, '--plain', ...args],
    cwd: at.folder,
    env: at.env,
    timeoutSeconds: 100,
  });
  const ended = {
    exitCode: result.exitCode,
    stdout: new TextDecoder().decode(result.stdout),
    stderr: result.stderr,
  };
  const all = `${ended.stdout}\n${ended.stderr}`;
  assert.equal(result.timedOut, false, `${args.join(' ')} did not end: ${all}`);
  assert.ok(ended.exitCode >= 0 && ended.exitCode !== 70, `${args.join(' ')} ended with ${ended.exitCode}: ${all}`);
  assert.doesNotMatch(all, rawControl, `${args.join(' ')} printed a control character: ${JSON.stringify(all)}`);
  for (const secret of secretsOf(at.env))
    assert.ok(!all.includes(secret), `${args.join(' ')} printed a secret of its environment`);
  return ended;
}

/** The same for a run that must go well; its standard output. */
export async function succeed(args: readonly string[], at: RunAt): Promise<string> {
  const ended = await runProgram(args, at);
  assert.equal(ended.exitCode, 0, `${args.join(' ')} ended with ${ended.exitCode}: ${ended.stdout}${ended.stderr}`);
  return ended.stdout;
}

/** The same for `--json`: the one document it printed. */
export async function readJson(args: readonly string[], at: RunAt): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await runProgram([...args, '--json'], at);
  const document: unknown = JSON.parse(stdout);
  assert.ok(typeof document === 'object' && document !== null && 'schema' in document, stdout);
  return { ...document };
}

/** The texts that must never be seen: each line of a private key, and every variable whose name begins with CANARY. */
export function secretsOf(env: Readonly<Record<string, string>>): readonly string[] {
  const pem = (env['CUTWATER_CI_KEY'] ?? '')
    .split('\n')
    .filter((line) => line.length > 20 && !line.startsWith('-----'));
  const canaries = Object.entries(env).flatMap(([name, value]) => (name.startsWith('CANARY') ? [value] : []));
  const password = env['CUTWATER_CI_KEY_PASSWORD'];
  return [...pem, ...canaries, ...(password === undefined ? [] : [password])];
}

/** Control characters but the line break, bidirectional controls, line and paragraph separators. */
const rawControl = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
