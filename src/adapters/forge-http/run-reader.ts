import type { RunQuestion, WorkflowRun, WorkflowRuns } from '../../ports/workflow-runs.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { textMember } from '../oci-http/json-object.ts';
import type { ConditionalReader } from './conditional-reader.ts';
import { createConditionalReader } from './conditional-reader.ts';
import { requiredNumber } from './forge-json.ts';
import type { ForgeSession } from './forge-session.ts';

/** Runs of a forge, read again and again by one reader of changes. */
export function openRunReader(
  { description, session, close }: { readonly description: string; readonly session: ForgeSession; close(): void },
  findRun: (reader: ConditionalReader, question: RunQuestion) => Promise<WorkflowRun | undefined>,
): WorkflowRuns & { readonly close: () => void } {
  const reader = createConditionalReader(session);
  return {
    description,
    findRun: (question) => findRun(reader, question),
    allowance: reader.allowance,
    close,
  };
}

/** The one with the highest number: forges count runs as they begin. */
export function newestOf(what: string, runs: readonly JsonObject[]): JsonObject | undefined {
  const numbered = runs.map((run) => ({ run, id: requiredNumber(what, run, 'id') }));
  return numbered.toSorted((left, right) => right.id - left.id)[0]?.run;
}

/** Of several members the first that is a moment after the epoch, in milliseconds; 0 for none. Some say the year 1 for "never". */
export function momentIn(json: JsonObject, names: readonly string[]): number {
  for (const name of names) {
    const moment = Date.parse(textMember(json, name) ?? '');
    if (moment > 0) return moment;
  }
  return 0;
}
