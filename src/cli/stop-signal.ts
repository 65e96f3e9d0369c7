import { exitCodes } from '../domain/error-entry.ts';

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

/** The part of `process` this needs. */
export interface SignalSource {
  on(event: NodeJS.Signals, listener: () => void): unknown;
  off(event: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** The first SIGINT or SIGTERM aborts the signal, so that steps end cleanly; the second one ends the process at once. */
export function listenForStop(source: SignalSource, tell: (text: string) => void): StopSignal {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) return source.exit(exitCodes.resumable);
    tell('Stopping after the current step; once more to stop at once\n');
    controller.abort();
  };
  for (const name of stopSignals) source.on(name, listener);
  return {
    signal: controller.signal,
    close: () => {
      for (const name of stopSignals) source.off(name, listener);
    },
  };
}
