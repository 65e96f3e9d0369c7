import { CutwaterError } from '../domain/error.ts';
import type { Step } from '../plan/step.ts';
import { describeStep } from '../plan/step.ts';
import type { Report } from './event.ts';
import type { Observation } from './run-step.ts';

/** One of several steps that are done by one act. */
export interface JointStep<Evidence> {
  readonly step: Step;
  readonly observe: () => Promise<Observation<Evidence>>;
}

/**
 * `runStep` for steps whose effects one request can bring about: all are observed, those that are absent are applied
 * together, and these are observed again. A conflict of any stops the run before anything is applied. Gives the evidence
 * in the order of the steps.
 */
export async function runTogether<Joint extends JointStep<Evidence>, Evidence>(
  steps: readonly Joint[],
  apply: (absent: readonly Joint[]) => Promise<void>,
  run: { readonly report: Report; readonly signal: AbortSignal },
): Promise<readonly Evidence[]> {
  const looks = await Promise.all(steps.map(async (joint) => ({ joint, found: await joint.observe() })));
  for (const { found } of looks) if (found.is === 'conflict') throw found.error;
  for (const { joint, found } of looks) if (found.is === 'present') run.report({ type: 'step-kept', step: joint.step });
  const absent = looks.flatMap(({ joint, found }) => (found.is === 'absent' ? [joint] : []));
  const [first] = absent;
  if (first !== undefined) {
    if (run.signal.aborted)
      throw new CutwaterError('INTERRUPTED', `Cannot ${describeStep(first.step)}: the run was stopped before it`);
    for (const { step } of absent) run.report({ type: 'step-started', step });
    await apply(absent);
  }
  return Promise.all(
    looks.map(async ({ joint, found }) => {
      if (found.is === 'present') return found.evidence;
      const after = await joint.observe();
      if (after.is === 'conflict') throw after.error;
      if (after.is === 'absent')
        throw new CutwaterError(
          'BAD_REPLY',
          `Cannot ${describeStep(joint.step)}: it was accepted, but is not there when read back`,
        );
      run.report({ type: 'step-done', step: joint.step });
      return after.evidence;
    }),
  );
}
