import type { Parsed } from '../../domain/brand.ts';
import { accept } from '../../domain/brand.ts';
import type { Policy } from '../../policy/policy.ts';
import type { LineDifference } from '../line-difference.ts';
import { firstDifference } from '../line-difference.ts';
import { notesOf } from './notes.ts';
import { processDocument } from './process-document.ts';

/**
 * The page as it should be, with the notes that `existing` has; `existing` is undefined where there is no file. Refused
 * where writing could lose something that a person wrote.
 */
export function rewriteDocument(policy: Policy, existing: string | undefined): Parsed<string> {
  if (existing === undefined) return accept(processDocument(policy));
  const notes = notesOf(existing);
  return notes.is === 'ok' ? accept(processDocument(policy, notes.value)) : notes;
}

/** Whether a page is what it should be. `differs`: the first such line, from 1; an undefined text is a line that is not there. */
export type DocumentState =
  | { readonly is: 'same' }
  | { readonly is: 'missing' }
  | { readonly is: 'foreign'; readonly reason: string }
  | ({ readonly is: 'differs' } & LineDifference);

/** Compares line by line; how lines end does not count, since git may change that in a checkout. */
export function judgeDocument(policy: Policy, existing: string | undefined): DocumentState {
  if (existing === undefined) return { is: 'missing' };
  const page = rewriteDocument(policy, existing);
  if (page.is === 'refused') return { is: 'foreign', reason: page.reason };
  const difference = firstDifference({ found: existing, wanted: page.value }, words);
  return difference === undefined ? { is: 'same' } : { is: 'differs', ...difference };
}

/** One longer cell widens a whole table; the line to name is the one that says something else. */
function words(line: string): string {
  return line.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}
