import { quote } from '../domain/quote.ts';
import type { LineDifference } from '../report/line-difference.ts';
import { firstDifference } from '../report/line-difference.ts';
import { isOurs } from './workflow-file.ts';
import type { Workflows } from './workflows.ts';

/** What a path holds, compared with what the policy wants there. */
export type WorkflowState =
  | { readonly path: string; readonly is: 'same' }
  | { readonly path: string; readonly is: 'missing' }
  /** A person wrote it. */
  | { readonly path: string; readonly is: 'foreign' }
  /** Written by Cutwater, and not wanted with this policy any more. */
  | { readonly path: string; readonly is: 'retired' }
  | ({ readonly path: string; readonly is: 'differs' } & LineDifference);

/** `existing` has the text of every path that is there. What a person wrote at a retired path is none of our business. */
export function judgeWorkflows(workflows: Workflows, existing: ReadonlyMap<string, string>): readonly WorkflowState[] {
  const wanted = workflows.files.map(({ path, text }) => judgeFile(path, text, existing.get(path)));
  const retired = workflows.retired.filter((path) => isOurs(existing.get(path) ?? ''));
  return [...wanted, ...retired.map((path) => ({ path, is: 'retired' as const }))];
}

function judgeFile(path: string, wanted: string, found: string | undefined): WorkflowState {
  if (found === undefined) return { path, is: 'missing' };
  const difference = firstDifference({ found, wanted });
  if (difference === undefined) return { path, is: 'same' };
  return isOurs(found) ? { path, is: 'differs', ...difference } : { path, is: 'foreign' };
}

/** Every path that `judgeWorkflows` asks about. */
export function pathsOf({ files, retired }: Workflows): readonly string[] {
  return [...files.map(({ path }) => path), ...retired];
}

/** What is wrong with a file, as lines. */
export function describeWorkflow(state: WorkflowState): readonly string[] {
  const path = quote(state.path);
  const shown = (text: string | undefined): string => (text === undefined ? 'no such line' : quote(text));
  switch (state.is) {
    case 'same':
      return [];
    case 'missing':
      return [`${path} is not there`];
    case 'foreign':
      return [`${path} was written by a person`];
    case 'retired':
      return [`${path} is not wanted any more: the policy publishes no builds of the default branch`];
    case 'differs':
      return [`${path}, line ${state.line}:`, `  found  ${shown(state.found)}`, `  wanted ${shown(state.wanted)}`];
  }
}
