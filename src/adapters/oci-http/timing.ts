import { setTimeout as pause } from 'node:timers/promises';
import { CutwaterError } from '../../domain/error.ts';

/** Clock, waiting and chance, so that tests need none of them. */
export interface Timing {
  /** Milliseconds. */
  now(): number;
  /** From 0 up to, but not, 1. */
  random(): number;
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const realTiming: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  pause: async (milliseconds, signal) => {
    await pause(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

export interface Waiting {
  readonly timing: Timing;
  readonly signal: AbortSignal | undefined;
}

/** Waits until a moment of the clock; INTERRUPTED where the run is stopped before or meanwhile. */
export async function waitUntil(moment: number, { timing, signal }: Waiting): Promise<void> {
  const wait = moment - timing.now();
  try {
    signal?.throwIfAborted();
    if (wait > 0) await timing.pause(wait, signal);
  } catch (error) {
    throw new CutwaterError('INTERRUPTED', 'Cannot go on asking the server: the run was stopped', { cause: error });
  }
}

/** A little more than a wait, by chance: what was told to wait together must not come back together. */
export function spread(wait: number, timing: Timing): number {
  return Math.min(1000, Math.max(0, wait) / 10) * timing.random();
}
