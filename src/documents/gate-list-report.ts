import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { quote } from '../domain/quote.ts';
import type { ProblemPath } from '../policy/policy-problem.ts';
import { valueAt } from '../policy/schema-problems.ts';
import type { YamlSource } from '../policy/yaml-source.ts';
import { readYaml } from '../policy/yaml-source.ts';
import type { ReportEntry, ValidationReport } from './validation-report.ts';

/**
 * Reads YAML with `gates`: a list of entries with `name` and `status`, or a mapping of names to entries with `status`.
 * Other fields are passed over. What has no status has an empty one.
 */
export function readGateList(text: string): Parsed<ValidationReport> {
  const source = readYaml(text);
  const [problem] = source.problems;
  if (problem !== undefined) {
    const { line } = source.positionOf(problem.place ?? 0);
    return refuse(`${line}: found ${problem.found}, ${problem.wanted} is wanted`);
  }
  const gates = valueAt(source.value, ['gates']);
  if (typeof gates !== 'object' || gates === null) return refuse(' it has no list "gates"');
  const entries = Array.isArray(gates) ? readList(source, gates) : accept(readMapping(source, gates));
  if (entries.is === 'refused') return entries;
  const again = entries.value.find(({ name }, at) => entries.value.findIndex((entry) => entry.name === name) < at);
  if (again !== undefined) return refuse(`${again.line}: ${quote(again.name)} is there twice`);
  return accept({
    entries: entries.value,
    commits: scalars(source, commitPaths),
    images: scalars(source, imagePaths),
    decision: scalars(source, [['decision']])[0],
  });
}

const commitPaths = ['source', ''].flatMap((at) =>
  ['sha', 'commit'].map((name): ProblemPath => (at === '' ? [name] : [at, name])),
);
const imagePaths = ['source', ''].flatMap((at) =>
  ['image_digest', 'imageDigest'].map((name): ProblemPath => (at === '' ? [name] : [at, name])),
);

function readList(source: YamlSource, gates: readonly unknown[]): Parsed<readonly ReportEntry[]> {
  const entries: ReportEntry[] = [];
  for (const [index, gate] of gates.entries()) {
    const name = valueAt(gate, ['name']);
    const line = lineOf(source, ['gates', index]);
    if (typeof name !== 'string' || name.trim() === '') return refuse(`${line}: an entry of "gates" has no name`);
    entries.push(readEntry(source, { name, value: valueAt(gate, ['status']), path: ['gates', index, 'status'] }));
  }
  return accept(entries);
}

function readMapping(source: YamlSource, gates: object): readonly ReportEntry[] {
  return Object.entries(gates).map(([name, gate]: [string, unknown]) => {
    const isEntry = typeof gate === 'object' && gate !== null;
    const path = isEntry ? ['gates', name, 'status'] : ['gates', name];
    return readEntry(source, { name, value: isEntry ? valueAt(gate, ['status']) : gate, path });
  });
}

function readEntry(
  source: YamlSource,
  { name, value, path }: { readonly name: string; readonly value: unknown; readonly path: ProblemPath },
): ReportEntry {
  return { name, value: scalarText(value), line: lineOf(source, path) };
}

function scalars(source: YamlSource, paths: readonly ProblemPath[]): readonly ReportEntry[] {
  return paths.flatMap((path) => {
    const value = valueAt(source.value, path);
    if (value === undefined) return [];
    // An id of digits only is a number for YAML.
    const text = source.writtenAt(path) ?? scalarText(value);
    return [{ name: path.join('.'), value: text, line: lineOf(source, path) }];
  });
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function lineOf(source: YamlSource, path: ProblemPath): number {
  return source.positionOf(source.placeOf(path, 'value')).line;
}
