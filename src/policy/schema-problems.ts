import { escapeText, quote } from '../domain/quote.ts';
import type { Issue } from './field.ts';
import type { PolicyProblem, ProblemPath } from './policy-problem.ts';

/** The data of a file, and how its scalars are written there. */
export interface FoundData {
  readonly value: unknown;
  writtenAt(path: ProblemPath): string | undefined;
}

/** What the schema found, one problem per field: the first one of each, since the others follow from it. */
export function schemaProblems(issues: readonly Issue[], data: FoundData): readonly PolicyProblem[] {
  const first = new Map<string, PolicyProblem>();
  for (const problem of issues.flatMap((issue) => problemsOf(issue, { data, below: [] }))) {
    const key = JSON.stringify(problem.path);
    if (!first.has(key)) first.set(key, problem);
  }
  return [...first.values()];
}

/** What is at a path, for a sentence "found …". */
export function describeFound(data: FoundData, path: ProblemPath): string {
  const value = valueAt(data.value, path);
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  return escapeText(data.writtenAt(path) ?? JSON.stringify(value) ?? typeof value, 80);
}

/** The value at a path, looking only at own fields. */
export function valueAt(root: unknown, path: ProblemPath): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    return Object.getOwnPropertyDescriptor(value, part)?.value;
  }, root);
}

function problemsOf(
  issue: Issue,
  at: { readonly data: FoundData; readonly below: ProblemPath },
): readonly PolicyProblem[] {
  const path = [...at.below, ...issue.path.map(toPart)];
  const found = describeFound(at.data, path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const wanted = issue.message.split('\n');
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        found: 'an unknown field',
        wanted: wanted[index] ?? '',
        at: 'key',
      }));
    }
    case 'invalid_union': {
      const branch = closestBranch(issue.errors);
      if (branch === undefined) return [{ path, found, wanted: issue.message }];
      return branch.flatMap((inner) => problemsOf(inner, { data: at.data, below: path }));
    }
    case 'invalid_key':
      return [
        { path, found: quote(String(path.at(-1) ?? '')), wanted: issue.issues[0]?.message ?? issue.message, at: 'key' },
      ];
    case 'custom':
      return [{ path, found: withReason(found, issue.params?.['reason']), wanted: issue.message }];
    case 'invalid_type':
      return [
        {
          path,
          found,
          wanted: issue.expected === 'string' ? inQuotes(issue.message, valueAt(at.data.value, path)) : issue.message,
        },
      ];
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_value':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
    default:
      return [{ path, found, wanted: issue.message }];
  }
}

function withReason(found: string, reason: unknown): string {
  return typeof reason === 'string' ? `${found}, which ${escapeText(reason)}` : found;
}

/** The branch that has the right kind of value and only wrong details; undefined where none has. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(
    (issues) =>
      !issues.some(({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')),
  );
}

// YAML reads 2.10 as the number 2.1 and 0755 as the number 755.
function inQuotes(wanted: string, value: unknown): string {
  const isMisread = typeof value === 'number' || typeof value === 'boolean';
  return isMisread && !wanted.includes('in quotes') ? `${wanted}, in quotes` : wanted;
}

function toPart(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}
