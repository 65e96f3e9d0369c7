import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import type { Scope } from '../make/folder.ts';
import type { TestProject } from '../make/project.ts';
import { ciEnvironment, freshClone } from '../make/project.ts';

export interface KilledRun {
  readonly version: string;
  readonly data: string;
  readonly killAt: number;
}

/**
 * Releases a version in a fresh clone, in a process that kills itself before one of its effects, counted from 1. With 0 it
 * ends by itself and prints its effects.
 */
export async function killedAt(scope: Scope, project: TestProject, run: KilledRun): ReturnType<typeof runTool> {
  const clone = await freshClone(scope, project);
  const result = await runTool({
    command: process.execPath,
    args: [join(import.meta.dirname, 'killed-release.ts'), run.version, String(run.killAt)],
    cwd: clone.folder,
    env: ciEnvironment(project, run.data),
  });
  if (run.killAt > 0)
    assert.equal(result.exitCode, -1, `it was to be killed before effect ${run.killAt}: ${result.stderr}`);
  return result;
}

/** The effects of a run that ended by itself, in order. */
export function effectsOf({ exitCode, stdout, stderr }: Awaited<ReturnType<typeof runTool>>): readonly string[] {
  assert.equal(exitCode, 0, stderr);
  return new TextDecoder().decode(stdout).split('\n').filter(Boolean);
}
