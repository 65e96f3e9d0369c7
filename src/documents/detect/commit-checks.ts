import { matchesGlob } from '../../policy/glob.ts';
import { parsePathPattern } from '../../policy/repository-path.ts';
import type { Workflow } from './workflow.ts';
import { entriesOf, member } from './yaml-members.ts';

/** The checks that a commit of the default branch gets by the workflows there are. */
export interface FoundChecks {
  readonly required: readonly FoundCheck[];
  /** Whether a hotfix branch gets them too. */
  readonly onHotfixes: boolean;
  /** Jobs that were not understood, each with the reason. */
  readonly left: readonly string[];
}

export interface FoundCheck {
  /** As GitHub shows it. */
  readonly name: string;
  readonly whenChanged: readonly string[];
}

/** What tests a pushed commit and publishes nothing is what a release can wait for. */
export function findCommitChecks(workflows: readonly Workflow[], branch: string): FoundChecks {
  const testing = workflows.filter(({ publishes }) => !publishes);
  const required = new Map<string, FoundCheck>();
  const left: string[] = [];
  let onHotfixes = true;
  for (const { path, onBranches: filter, jobs } of testing) {
    if (filter.is === 'never' || (filter.is === 'some' && !covers(filter.branches, branch))) continue;
    const paths = filter.is === 'some' ? filter.paths : [];
    if (filter.is === 'unclear' || paths.some((pattern) => parsePathPattern(pattern).is === 'refused')) {
      left.push(`${path}: its filters of branches and paths cannot be said here`);
      continue;
    }
    onHotfixes &&= covers(filter.branches, 'hotfix/v1.2.3');
    for (const [id, job] of jobs) {
      const names = checkNames(id, job);
      if (typeof names === 'string') left.push(`${id} of ${path}: ${names}`);
      else
        for (const name of names)
          required.set(name, { name, whenChanged: eitherChanged(required.get(name)?.whenChanged, paths) });
    }
  }
  return { required: [...required.values()].slice(0, mostChecks), onHotfixes, left };
}

const mostChecks = 30;

/** Two workflows may have checks of one name: it is there where one of them runs, and no filter means always. */
function eitherChanged(known: readonly string[] | undefined, paths: readonly string[]): readonly string[] {
  if (known === undefined) return paths;
  return known.length === 0 || paths.length === 0 ? [] : [...new Set([...known, ...paths])];
}

function covers(patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, branch));
}

/** The names of the check runs of a job; a text says why there is none to wait for. */
function checkNames(id: string, job: unknown): readonly string[] | string {
  if (member(job, 'if') !== undefined) return 'it has a condition';
  if (member(job, 'uses') !== undefined) return 'it calls another workflow';
  if (member(job, 'continue-on-error') !== undefined) return 'it may fail';
  const given = member(job, 'name');
  const name = typeof given === 'string' ? given : id;
  const combinations = combinationsOf(member(member(job, 'strategy'), 'matrix'));
  if (combinations === undefined) return 'its matrix is not a plain one';
  const names = combinations.map((values) => nameWith(name, values));
  return names.some((one) => one.includes('${{') || !/^[^\p{Cc}\p{Cf}]{1,200}$/u.test(one))
    ? 'its name is an expression'
    : names;
}

/** Each combination of a matrix, in GitHub's order; one empty one where there is no matrix. */
function combinationsOf(matrix: unknown): readonly ReadonlyMap<string, string>[] | undefined {
  if (matrix === undefined) return [new Map()];
  let combinations: readonly ReadonlyMap<string, string>[] = [new Map()];
  const axes = entriesOf(matrix);
  if (axes.length === 0) return undefined;
  for (const [axis, values] of axes) {
    if (axis === 'include' || axis === 'exclude' || !Array.isArray(values)) return undefined;
    const texts = values.flatMap((one: unknown) =>
      typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? [String(one)] : [],
    );
    if (texts.length !== values.length || combinations.length * texts.length > mostChecks) return undefined;
    combinations = combinations.flatMap((known) => texts.map((text) => new Map([...known, [axis, text]])));
  }
  return combinations;
}

/** GitHub puts the values of a matrix behind a name that has none of them in it. */
function nameWith(name: string, values: ReadonlyMap<string, string>): string {
  const put = name.replaceAll(
    /\$\{\{ *matrix\.([A-Za-z0-9_-]+) *\}\}/g,
    (whole, axis: string) => values.get(axis) ?? whole,
  );
  return put !== name || values.size === 0 || name.includes('${{')
    ? put
    : `${name} (${[...values.values()].join(', ')})`;
}
