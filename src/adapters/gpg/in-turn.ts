/** Runs at most `limit` jobs at a time, in the order they came; hundreds of processes at once end in EAGAIN. */
export function inTurn(limit: number): <Value>(job: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running === limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      // The place is handed over rather than freed, so that a newcomer cannot take it in between.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
