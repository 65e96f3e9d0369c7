import assert from 'node:assert/strict';
import type { Scope } from './folder.ts';
import { runner } from './actors.ts';
import type { RunAt } from './program.ts';
import { runProgram } from './program.ts';
import type { TestProject } from './project.ts';
import { copyProject } from './project.ts';
import { followed, readPublished } from './published.ts';

/** What is done differently from `release 1.1.0` in CI. */
export interface Difference {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Variables that are not set. */
  readonly without?: readonly string[];
  readonly folder?: string;
}

/** What is wrong, and how the program must say so. */
export interface Refusal {
  readonly name: string;
  /** Makes it wrong, in a copy of the project. */
  readonly arrange: (project: TestProject, scope: Scope) => Promise<Difference | void>;
  readonly exit: number;
  readonly says: readonly RegExp[];
}

/** Runs the case: the right exit code, the right words, one next step, and nothing that anyone follows has moved. */
export async function assertRefused(scope: Scope, template: TestProject, refusal: Refusal): Promise<void> {
  const project = await copyProject(scope, template);
  const changed = (await refusal.arrange(project, scope)) ?? {};
  const before = followed(await readPublished(project.data));
  const at: RunAt = await runner(scope, project);
  const env = Object.entries({ ...at.env, ...changed.env }).filter(([name]) => !changed.without?.includes(name));
  const ended = await runProgram(changed.args ?? ['release', '1.1.0'], {
    folder: changed.folder ?? at.folder,
    env: Object.fromEntries(env),
  });
  assert.equal(ended.exitCode, refusal.exit, ended.stderr);
  assert.equal(ended.stdout, '', 'there is no result');
  for (const words of refusal.says) assert.match(ended.stderr, words);
  assert.match(ended.stderr, /^error: Cannot /m);
  assert.equal(ended.stderr.match(/^next: \S/gm)?.length, 1, ended.stderr);
  assert.deepEqual(followed(await readPublished(project.data)), before);
}
