import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listRepositoryFiles } from './repository-files.ts';
import { runCheck } from './run-check.ts';

/** No file of the repository names a package registry's host or an absolute path of the machine it was written on. */
export async function checkWords(root: string): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const path of await listRepositoryFiles(root)) {
    const bytes = await readFile(join(root, path)).catch(() => Buffer.alloc(0));
    if (!bytes.includes(0)) problems.push(...wordProblems(path, bytes.toString('utf8')));
  }
  return problems;
}

export function wordProblems(path: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, at) => {
    const host = hosts.find((candidate) => line.includes(candidate));
    const found = host ?? machinePath.exec(line)?.[0];
    if (found === undefined) return [];
    return [
      `${path}:${at + 1}: ${host === undefined ? 'names a path of one machine' : 'names a package registry'}: ${found}`,
    ];
  });
}

// Written in parts, so that this file passes its own check.
const hosts: readonly string[] = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'npmjs', 'com'],
  ['registry', 'yarnpkg', 'com'],
  ['files', 'pythonhosted', 'org'],
  ['pypi', 'org'],
  ['index', 'crates', 'io'],
  ['static', 'crates', 'io'],
  ['proxy', 'golang', 'org'],
  ['rubygems', 'org'],
  ['repo', 'maven', 'apache', 'org'],
  ['deb', 'debian', 'org'],
  ['snapshot', 'debian', 'org'],
  ['security', 'debian', 'org'],
].map((parts) => parts.join('.'));

const machinePath = new RegExp(`(?<![\\w.}/-])/(?:${['work', 'root', 'home/[a-z]\\w*', 'Users/\\w+'].join('|')})/`);

if (import.meta.main) await runCheck(checkWords);
