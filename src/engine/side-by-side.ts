/** Runs a piece of work when it is its turn. */
export type Limit = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Lets so many pieces of work run at the same time, in the order they came. */
export function limited(count: number): Limit {
  let free = count;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/**
 * Does the work for every item, so many at a time. After a failure nothing new is begun, and the failure is thrown when
 * what was under way has ended.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  count: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
