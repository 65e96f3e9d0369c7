import type { CheckReading } from '../../ports/commit-checks.ts';

const running: ReadonlySet<string> = new Set([
  'pending',
  'queued',
  'running',
  'created',
  'preparing',
  'scheduled',
  'waiting_for_resource',
  'waiting_for_callback',
]);

/** What forges call the state of a check. Only "success" passes: neither "neutral" nor a word nobody knows yet does. */
export function statusReading(name: string, said: string): CheckReading {
  if (said === 'success') return { name, state: 'passed', said };
  if (said === 'skipped') return { name, state: 'not-run', said };
  return { name, state: running.has(said) ? 'running' : 'failed', said };
}
