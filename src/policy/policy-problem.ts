import { escapeText } from '../domain/quote.ts';

/** Field names and list positions, from the top of the file. */
export type ProblemPath = readonly (string | number)[];

/** One thing that is wrong with a policy file. */
export interface PolicyProblem {
  readonly path: ProblemPath;
  /** What is there, for a sentence "found …": already escaped. */
  readonly found: string;
  readonly wanted: string;
  /** Where in the file (UTF-16 code units from its start), where it is known already. */
  readonly place?: number;
  /** Whether the name of the field or its value is the problem. Default `value`. */
  readonly at?: 'key' | 'value';
}

/** `trust.maintainers[0].openpgp.fingerprint`, escaped. */
export function formatProblemPath(path: ProblemPath): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${escapeText(part, 80)}`)).join('');
  return text.replace(/^\./, '');
}
