import { CutwaterError } from '../../domain/error.ts';
import type { Waiting } from './timing.ts';
import { spread, waitUntil } from './timing.ts';
import type { TransientError } from './transient-error.ts';

/**
 * What one process knows about the hosts it speaks to. Made once and given to all its repositories, so that a wait that
 * a registry or its token server asked one of them to make holds for all, and their requests count together.
 */
export interface RegistryHosts {
  /** `host[:port]` as it stands in URLs. */
  of(host: string): RegistryHost;
}

export interface RegistryHost {
  /**
   * Waits until the host may be asked; gives what must be called as soon as the answer begins. Throws the rate limit's
   * error at once where the wait would be longer than `milliseconds`.
   */
  enter(entry: Entry): Promise<() => void>;
  /** Nobody asks before this moment; `error` says who wanted that. */
  hold(until: number, error: TransientError): void;
  /** True for a text only once. */
  isNews(warning: string): boolean;
  readonly learned: Learned;
}

export interface Entry extends Waiting {
  /** Bodies of writes are read from other answers: reads never wait for writes, or both would wait for ever. */
  readonly kind: 'read' | 'write';
  readonly milliseconds: number;
}

/** Behaviour seen on a host; undefined before it was. */
export interface Learned {
  /** Whether a manifest's PUT by digest takes `tag` parameters. */
  tagParameters?: boolean;
}

export interface HostLimits {
  /** Reads, and besides them writes, that wait for an answer at the same time. Default 8. */
  readonly parallel?: number;
}

const maximumWarnings = 50;

export function createRegistryHosts({ parallel = 8 }: HostLimits = {}): RegistryHosts {
  const hosts = new Map<string, RegistryHost>();
  return {
    of: (name) => {
      const host = hosts.get(name) ?? createHost(parallel);
      hosts.set(name, host);
      return host;
    },
  };
}

function createHost(parallel: number): RegistryHost {
  const slots = { read: createSlots(parallel), write: createSlots(parallel) };
  const warnings = new Set<string>();
  let gate: { readonly opens: number; readonly error: TransientError } | undefined;
  const pass = async ({ timing, signal, milliseconds }: Entry): Promise<void> => {
    const latest = timing.now() + milliseconds;
    // Again after each wait: somebody may have been told to wait longer meanwhile.
    for (;;) {
      const held = gate;
      if (held === undefined || held.opens <= timing.now()) return;
      if (held.opens >= latest) throw held.error;
      await waitUntil(held.opens + spread(held.opens - timing.now(), timing), { timing, signal });
    }
  };
  return {
    enter: async (entry) => {
      const leave = await slots[entry.kind](entry.signal);
      try {
        await pass(entry);
        return leave;
      } catch (error) {
        leave();
        throw error;
      }
    },
    hold: (until, error) => {
      if (until > (gate?.opens ?? 0)) gate = { opens: until, error };
    },
    isNews: (warning) => {
      if (warnings.has(warning) || warnings.size >= maximumWarnings) return false;
      warnings.add(warning);
      return true;
    },
    learned: {},
  };
}

/** Lets so many in at a time, in the order they came. */
function createSlots(limit: number): (signal: AbortSignal | undefined) => Promise<() => void> {
  let free = limit;
  const queue = new Set<() => void>();
  const leaveOnce = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const [next] = queue;
      if (next === undefined) free += 1;
      else next();
    };
  };
  return async (signal) => {
    if (signal?.aborted === true) throw stopped();
    if (free > 0) {
      free -= 1;
      return leaveOnce();
    }
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const settle = (): void => {
      queue.delete(enter);
      signal?.removeEventListener('abort', abort);
    };
    const enter = (): void => {
      settle();
      resolve(leaveOnce());
    };
    const abort = (): void => {
      settle();
      reject(stopped());
    };
    queue.add(enter);
    signal?.addEventListener('abort', abort, { once: true });
    return promise;
  };
}

function stopped(): CutwaterError {
  return new CutwaterError('INTERRUPTED', 'Cannot go on asking the server: the run was stopped');
}
