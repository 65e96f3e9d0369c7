import { CutwaterError } from '../domain/error.ts';
import { escapeText, quote } from '../domain/quote.ts';
import { completePolicy } from './complete-policy.ts';
import { crossCheck } from './cross-checks.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { formatProblemPath } from './policy-problem.ts';
import type { Policy } from './policy.ts';
import { schemaProblems } from './schema-problems.ts';
import type { PolicyDocument } from './schema.ts';
import { policySchema } from './schema.ts';
import type { YamlSource } from './yaml-source.ts';
import { readYaml } from './yaml-source.ts';

/** Problems shown at most; a file with more is some other file. */
const shownProblems = 50;

/**
 * Reads a policy file (YAML 1.2, `schema/cutwater.schema.json`). Throws CONFIG_INVALID with every problem of the file in
 * `details`, one line each: `FILE:LINE:COLUMN: field: found …, wanted …`, in the order of the file.
 */
export function parsePolicy(text: string, from: { readonly file: string }): Policy {
  const source = readYaml(text);
  const read = source.usable ? readDocument(source) : { problems: [], document: undefined };
  const problems = [...source.problems, ...read.problems];
  if (problems.length > 0 || read.document === undefined) throw toError(problems, { source, file: from.file });
  return completePolicy(read.document);
}

function readDocument(source: YamlSource): {
  readonly problems: readonly PolicyProblem[];
  readonly document: PolicyDocument | undefined;
} {
  const wanted = 'a mapping with project, images and trust';
  if (source.value === null || source.value === undefined)
    return { problems: [{ path: [], found: 'an empty file', wanted }], document: undefined };
  const parsed = policySchema.schema.safeParse(source.value);
  const fromSchema = parsed.success ? [] : schemaProblems(parsed.error.issues, source);
  const known = new Set(fromSchema.map(({ path }) => JSON.stringify(path)));
  const between = crossCheck(source.value).filter(({ path }) => !known.has(JSON.stringify(path)));
  return { problems: [...fromSchema, ...between], document: parsed.data };
}

function toError(
  problems: readonly PolicyProblem[],
  at: { readonly source: YamlSource; readonly file: string },
): CutwaterError {
  const all = problems
    .map((problem) => ({ problem, place: problem.place ?? at.source.placeOf(problem.path, problem.at ?? 'value') }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ problem, place }) => {
      const { line, column } = at.source.positionOf(place);
      const field = formatProblemPath(problem.path);
      const where = `${escapeText(at.file)}:${line}:${column}: ${field === '' ? '' : `${field}: `}`;
      return `${where}found ${problem.found}, wanted ${problem.wanted}`;
    });
  const lines = [...new Set(all)];
  const count = lines.length === 1 ? 'one problem' : `${lines.length} problems`;
  const shown =
    lines.length <= shownProblems
      ? lines
      : [...lines.slice(0, shownProblems), `and ${lines.length - shownProblems} more`];
  return new CutwaterError('CONFIG_INVALID', `Cannot read policy ${quote(at.file)}: found ${count}, wanted none`, {
    details: shown,
  });
}
