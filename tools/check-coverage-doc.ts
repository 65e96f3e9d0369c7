import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandTable } from '../src/cli/command-table.ts';
import { runCheck } from './run-check.ts';

/** The rows of the process: a letter per part of it, and how many rows the part has. */
const parts = { A: 4, B: 7, C: 8, D: 9, E: 6, F: 5, G: 4, H: 3, I: 5, J: 6 } as const;

export const processIds: readonly string[] = Object.entries(parts).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`),
);

const nothing = '–';

/** docs/process-coverage.md has every row of the process once, and each claim names commands and tests that exist. */
export async function checkCoverageDocument(root: string): Promise<readonly string[]> {
  const page = await readFile(join(root, 'docs', 'process-coverage.md'), 'utf8').catch(() => '');
  const rows = page.split('\n').flatMap(readRow);
  const ids = rows.map(({ id }) => id);
  const problems = [
    ...processIds.filter((id) => !ids.includes(id)).map((id) => `${id}: has no row`),
    ...ids.filter((id) => !processIds.includes(id)).map((id) => `${id}: is no row of the process`),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id}: has two rows`),
  ];
  for (const row of rows) problems.push(...(await rowProblems(root, row)));
  return problems.map((problem) => `docs/process-coverage.md: ${problem}`);
}

interface CoverageRow {
  readonly id: string;
  readonly command: string;
  readonly tests: string;
  readonly missing: string;
}

function readRow(line: string): readonly CoverageRow[] {
  const [before, id, command, tests, missing, ...after] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  if (before !== '' || id === undefined || !/^[A-Z]\d+$/.test(id)) return [];
  if (command === undefined || tests === undefined || missing === undefined || after.length !== 1)
    return [{ id, command: '', tests: '', missing: '' }];
  return [{ id, command, tests, missing }];
}

async function rowProblems(root: string, { id, command, tests, missing }: CoverageRow): Promise<readonly string[]> {
  if ([command, tests, missing].includes('')) return [`${id}: has an empty cell, or not four cells`];
  const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
  if (command === nothing)
    return [
      ...(missing === nothing ? [`${id}: claims nothing and misses nothing`] : []),
      ...(paths.length > 0 ? [`${id}: names a test but no command`] : []),
    ];
  if (paths.length === 0) return [`${id}: is claimed, but names no test`];
  const problems = [...command.matchAll(/`([^`]+)`/g)].flatMap(([, line = '']) =>
    isCommand(line) ? [] : [`${id}: there is no command "${line}"`],
  );
  for (const path of paths) {
    if (!path.endsWith('.test.ts')) problems.push(`${id}: ${path} is no test file`);
    else if (!(await exists(join(root, path)))) problems.push(`${id}: ${path} does not exist`);
  }
  return problems;
}

/** A command of the program, with options that it has. */
function isCommand(line: string): boolean {
  const [name = '', ...options] = line.split(' --');
  const command = commandTable.find((one) => one.name === name);
  return command !== undefined && options.every((option) => command.options.some((one) => one.name === option));
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) await runCheck(checkCoverageDocument);
