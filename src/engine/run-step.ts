import { CutwaterError } from '../domain/error.ts';
import type { Step } from '../plan/step.ts';
import { describeStep } from '../plan/step.ts';
import type { Report } from './event.ts';

/** What the world shows of a step's effect. */
export type Observation<Evidence> =
  | { readonly is: 'absent' }
  | { readonly is: 'present'; readonly evidence: Evidence }
  | { readonly is: 'conflict'; readonly error: CutwaterError };

/** How one kind of step is looked at and done. `apply` may be repeated: a crash may come after it and before the look. */
export interface StepHandler<Evidence> {
  readonly observe: () => Promise<Observation<Evidence>>;
  readonly apply: () => Promise<void>;
}

/**
 * Observe, apply if absent, observe again. Running and resuming are this one act: what is there already is kept, another
 * thing in its place is a conflict and stops the run.
 */
export async function runStep<Evidence>(
  step: Step,
  handler: StepHandler<Evidence>,
  run: { readonly report: Report; readonly signal: AbortSignal },
): Promise<Evidence> {
  const before = await handler.observe();
  if (before.is === 'conflict') throw before.error;
  if (before.is === 'present') {
    run.report({ type: 'step-kept', step });
    return before.evidence;
  }
  if (run.signal.aborted)
    throw new CutwaterError('INTERRUPTED', `Cannot ${describeStep(step)}: the run was stopped before it`);
  run.report({ type: 'step-started', step });
  await handler.apply();
  const after = await handler.observe();
  if (after.is === 'conflict') throw after.error;
  if (after.is === 'absent')
    throw new CutwaterError(
      'BAD_REPLY',
      `Cannot ${describeStep(step)}: it was accepted, but is not there when read back`,
    );
  run.report({ type: 'step-done', step });
  return after.evidence;
}
