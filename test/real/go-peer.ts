import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { succeed } from './peers.ts';
import type { Peer } from './peers.ts';

export interface GoProgram {
  readonly name: string;
  /** `github.com/owner/name/cmd/program` */
  readonly target: string;
  readonly version: string;
  /** Variables the build needs, such as GOEXPERIMENT. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program as it was built before, or built now from its Go module where CUTWATER_TEST_BUILD=1 asks for that. */
export async function obtainGoProgram(program: GoProgram, cache: string): Promise<Peer> {
  const path = join(cache, program.name, `${program.name}-${program.version}`);
  if (await isExecutable(path)) return { is: 'present', path };
  if (process.env['CUTWATER_TEST_BUILD'] !== '1')
    return { is: 'missing', why: 'not built; CUTWATER_TEST_BUILD=1 builds it, which takes many minutes' };
  const folder = join(cache, program.name, 'source');
  try {
    await writeModule(folder, `//go:build tools\n\npackage peers\n\nimport _ "${program.target}"\n`);
    await go(['get', `${program.target}@${program.version}`], folder, program.env);
    await go(['build', '-o', path, program.target], folder, program.env);
    return { is: 'present', path };
  } catch (error) {
    return { is: 'missing', why: error instanceof Error ? error.message : String(error) };
  }
}

/** A module of our own: a program's own go.mod may replace modules, which "go install" refuses. */
async function writeModule(folder: string, source: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), 'module peers\n\ngo 1.26\n');
  await writeFile(join(folder, 'tools.go'), source);
}

/** Runs go with the machine's own way to its modules; what it printed. */
export function go(args: readonly string[], cwd: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const own = Object.entries(process.env).filter(([key]) => /^(?:HOME|GO\w*|https?_proxy|no_proxy)$/i.test(key));
  const env = { ...emptyEnvironment(), ...Object.fromEntries(own.map(([key, value]) => [key, value ?? ''])), ...more };
  return succeed(runTool({ command: 'go', args, cwd, env, timeoutSeconds: 1800 }));
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
