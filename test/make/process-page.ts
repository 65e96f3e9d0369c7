import assert from 'node:assert/strict';
import type { RunAt } from './program.ts';
import { run } from './run.ts';

/** One step of a chapter of the page that `docs write` writes, with its commands. */
export interface PageStep {
  readonly title: string;
  readonly blocks: readonly PageBlock[];
}

export interface PageBlock {
  /** Who runs it: `do`, `hand`, `ci`, `look`, ... */
  readonly role: string;
  readonly script: string;
}

/** The numbered steps of a chapter, in order. */
export function stepsOf(page: string, chapter: string): readonly PageStep[] {
  const [, rest] = page.split(`\n## ${chapter}\n`);
  assert.ok(rest !== undefined, `the page has no chapter "${chapter}"`);
  const [, ...steps] = (rest.split(/\n## /)[0] ?? '').split(/\n### \d+\. /);
  return steps.map((text) => ({ title: text.split('\n', 1)[0] ?? '', blocks: blocksOf(text) }));
}

/** The commands that set the names the others use. */
export function setupOf(page: string): string {
  return blocksOf(page)
    .filter(({ role }) => role === 'setup')
    .map(({ script }) => script)
    .join('\n');
}

function blocksOf(text: string): readonly PageBlock[] {
  return [...text.matchAll(/^(`{3,})sh (\w+)\n([\s\S]*?)^\1$/gm)].map(([, , role = '', script = '']) => ({
    role,
    script,
  }));
}

/** Copies commands into a shell, as a person would; its output. */
export function paste(script: string, at: RunAt): Promise<string> {
  return run({
    command: 'bash',
    args: ['--norc', '--noprofile', '-eu', '-o', 'pipefail', '-c', script],
    cwd: at.folder,
    env: at.env,
    timeoutSeconds: 100,
  });
}
