import { escapeText } from '../../domain/quote.ts';
import type { PlannedStep } from '../../engine/overview/plan-release.ts';
import { describeStep } from '../../plan/step.ts';
import type { Terminal } from './terminal.ts';
import { paint } from './terminal.ts';

/** The steps of a plan, a line each; what is done already is marked. */
export function renderSteps(steps: readonly PlannedStep[], terminal: Terminal): readonly string[] {
  if (steps.length === 0) return ['  nothing to do'];
  return steps.map(({ step, state }) => {
    const mark = state === 'done' ? paint(terminal, 'green', '✓') : '·';
    return `  ${mark} ${escapeText(describeStep(step))}`;
  });
}
