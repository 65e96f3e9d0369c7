import type { PolicyProblem } from './policy-problem.ts';
import { valueAt } from './schema-problems.ts';

/** The rules between the fields of one gate's report, on the data as it was written. */
export function reportChecks(data: unknown): readonly PolicyProblem[] {
  const gates = valueAt(data, ['gates']);
  if (!Array.isArray(gates)) return [];
  return gates.flatMap((gate: unknown, index): readonly PolicyProblem[] => {
    const report = valueAt(gate, ['report']);
    if (typeof report !== 'object' || report === null || Array.isArray(report)) return [];
    const path = ['gates', index, 'report'] as const;
    const has = (name: string): boolean => Object.hasOwn(report, name);
    const misplaced = (name: string, format: string): PolicyProblem => ({
      path: [...path, name],
      found: name,
      wanted: `it only with "format: ${format}"`,
      at: 'key',
    });
    switch (valueAt(report, ['format'])) {
      case 'keyvalue': {
        const expect = valueAt(report, ['expect']);
        const isEmpty = typeof expect === 'object' && expect !== null && Object.keys(expect).length === 0;
        const missing: PolicyProblem = {
          path: has('expect') ? [...path, 'expect'] : path,
          found: has('expect') ? 'an empty mapping' : 'no "expect"',
          wanted: 'at least one key with the value that means it passed',
          at: 'key',
        };
        return [...(isEmpty || !has('expect') ? [missing] : []), ...(has('gates') ? [misplaced('gates', 'yaml')] : [])];
      }
      case 'yaml':
        return has('expect') ? [misplaced('expect', 'keyvalue')] : [];
      default:
        return [];
    }
  });
}
