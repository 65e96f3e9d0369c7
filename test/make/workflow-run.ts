import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { ToolResult } from '../../src/adapters/process/run-tool.ts';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import type { RunAt } from './program.ts';
import { programFile } from './program.ts';

/** What expressions ask for: `secrets.X`, `github.token`, `inputs.tag`; whatever is missing is empty, as on GitHub. */
export type Contexts = Readonly<Record<string, string>>;

export interface JobToRun {
  /** Default: the first one. */
  readonly job?: string;
  /** The program in the place of the pinned Cutwater; default: this checkout's. */
  readonly program?: string;
}

/** Runs the last step of a job of a workflow as GitHub would. */
export async function runLastStep(
  workflow: string,
  at: RunAt,
  contexts: Contexts,
  { job, program = thisCutwater }: JobToRun = {},
): Promise<ToolResult> {
  const { jobs } = parse(workflow) as { readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> };
  const step = jobs[job ?? Object.keys(jobs)[0] ?? '']?.steps.at(-1);
  assert.ok(step !== undefined && step.shell === 'bash');
  await putProgram(at.folder, program);
  const env = Object.entries(step.env).map(([name, value]) => [name, evaluate(value, contexts)] as const);
  return runTool({
    command: 'bash',
    args: ['--noprofile', '--norc', '-eo', 'pipefail', '-c', evaluate(step.run, contexts)],
    cwd: at.folder,
    env: { ...at.env, ...Object.fromEntries(env) },
    timeoutSeconds: 100,
  });
}

interface Step {
  readonly shell?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

const thisCutwater = `#!/bin/sh\nexec "${process.execPath}" "${programFile}" "$@"\n`;

/** Puts an executable where the lock file's Cutwater would be. */
export async function putProgram(folder: string, program: string): Promise<void> {
  const file = join(folder, '.cutwater/tool/node_modules/.bin/cutwater');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, program, { mode: 0o755 });
}

/** The part of GitHub's expressions that the workflows use. */
function evaluate(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{ ((?:'[^']*'|[^'])*?) \}\}/g, (_, expression: string) => {
    const formatted = /^format\('([^']*)', (.*)\)$/.exec(expression);
    if (formatted === null) return valueOf(expression, contexts);
    const [, pattern = '', list = ''] = formatted;
    const values = list.split(', ').map((one) => valueOf(one, contexts));
    return pattern.replaceAll(/\{\{|\}\}|\{(\d+)\}/g, (found, at?: string) =>
      at === undefined ? (found[0] ?? '') : (values[Number(at)] ?? ''),
    );
  });
}

function valueOf(expression: string, contexts: Contexts): string {
  const json = /^toJSON\((.*)\)$/.exec(expression)?.[1];
  if (json !== undefined) return JSON.stringify(valueOf(json, contexts));
  const quoted = /^'(.*)'$/.exec(expression)?.[1];
  if (quoted !== undefined) return quoted;
  for (const name of expression.split(' || ')) {
    assert.match(name, /^(?:secrets|github|inputs|matrix)\.\w+$/);
    const value = contexts[name] ?? '';
    if (value !== '') return value;
  }
  return '';
}
