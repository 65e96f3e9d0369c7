import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { emptyEnvironment, runTool } from '../src/adapters/process/run-tool.ts';
import { repositoryRoot } from './run-check.ts';

export interface CheckCommand {
  readonly name: string;
  readonly argv: readonly string[];
}

interface CheckResult {
  readonly name: string;
  readonly seconds: number;
  readonly passed: boolean;
  readonly output: string;
}

/** The slow ones first, so that the others run beside them. */
const commands: readonly CheckCommand[] = [
  {
    name: 'lint',
    argv: ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives-severity=error'],
  },
  { name: 'types', argv: ['tsc', '-p', '.'] },
  { name: 'dead code', argv: ['knip', '--no-progress'] },
  { name: 'format', argv: ['prettier', '--check', '--log-level', 'warn', '.'] },
  own('layers', 'check-layers'),
  own('sizes', 'check-sizes'),
  own('names', 'check-names'),
  own('errors', 'check-errors'),
  own('dependencies', 'check-dependencies'),
  own('process coverage', 'check-coverage-doc'),
  own('words', 'check-words'),
  own('policy schema', 'write-schema', '--check'),
  own('process example', 'write-process-example', '--check'),
  own('workflow example', 'write-workflow-example', '--check'),
  own('own release', 'write-own-release', '--check'),
];

/** Runs all commands, a few at a time, tells each result as it comes, and gives those that failed. */
export async function runChecks(
  root: string,
  list: readonly CheckCommand[],
  tell: (line: string) => void,
): Promise<readonly string[]> {
  const waiting = [...list];
  const failed: CheckResult[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await runCommand(root, next);
      tell(`${result.passed ? 'ok    ' : 'FAILED'} ${result.name.padEnd(18)} ${result.seconds.toFixed(1)} s`);
      if (!result.passed) failed.push(result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
  for (const { name, output } of failed) tell(`\n--- ${name}\n${output.trimEnd()}`);
  return failed.map(({ name }) => name);
}

function own(name: string, file: string, ...args: readonly string[]): CheckCommand {
  return { name, argv: ['node', `tools/${file}.ts`, ...args] };
}

async function runCommand(root: string, { name, argv }: CheckCommand): Promise<CheckResult> {
  const [command = '', ...args] = argv;
  const started = performance.now();
  const base = emptyEnvironment();
  const env = { ...base, PATH: `${join(root, 'node_modules', '.bin')}:${base['PATH'] ?? ''}` };
  const result = await runTool({ command, args, cwd: root, env });
  const output = Buffer.from(result.stdout).toString('utf8') + result.stderr;
  return { name, seconds: (performance.now() - started) / 1000, passed: result.exitCode === 0, output };
}

if (import.meta.main) {
  const present = commands.filter(
    ({ argv }) => argv[1]?.startsWith('tools/') !== true || existsSync(join(repositoryRoot, argv[1])),
  );
  const failed = await runChecks(repositoryRoot, present, (line) => console.log(line));
  if (failed.length > 0) process.exitCode = 1;
}
