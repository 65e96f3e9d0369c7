import type { RegistryHosts } from './registry-hosts.ts';
import type { Timing, Waiting } from './timing.ts';
import { spread, waitUntil } from './timing.ts';
import { TransientError } from './transient-error.ts';

export interface RetryOptions extends Waiting {
  readonly hosts: RegistryHosts;
  readonly deadlineSeconds: number;
}

/** `remaining` is what the deadline leaves, in milliseconds. */
export type Retry = <Value>(operation: (remaining: number) => Promise<Value>) => Promise<Value>;

const maximumTries = 6;
const firstDelay = 200;
const longestDelay = 20_000;

/**
 * Runs an operation until it ends with something else than a `TransientError`, at most six times and not beyond the
 * deadline. A wait that a host asks for is told to all who speak to it.
 */
export function createRetry(options: RetryOptions): Retry {
  const { timing, hosts } = options;
  return async (operation) => {
    const deadline = timing.now() + options.deadlineSeconds * 1000;
    await waitUntil(0, options);
    for (let tries = 1; ; tries += 1) {
      try {
        return await operation(Math.max(1, deadline - timing.now()));
      } catch (error) {
        if (!(error instanceof TransientError) || tries >= maximumTries) throw error;
        const { waitMilliseconds: asked, host } = error;
        const again = timing.now() + Math.max(asked ?? 0, backoff(tries, timing));
        if (host !== undefined && (asked !== undefined || error.code === 'RATE_LIMITED'))
          hosts.of(host).hold(again, error);
        if (again >= deadline) throw error;
        await waitUntil(again + spread(asked ?? 0, timing), options);
      }
    }
  };
}

/** Half fixed, half chance: clients that failed together must not come back together. */
function backoff(tries: number, timing: Timing): number {
  const longest = Math.min(longestDelay, firstDelay * 2 ** (tries - 1));
  return longest / 2 + (longest / 2) * timing.random();
}
