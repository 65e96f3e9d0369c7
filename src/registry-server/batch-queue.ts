/** One task of a batch. */
export interface BatchItem {
  fail(error: unknown): void;
}

export interface BatchQueue<Item> {
  add(key: string, item: Item): void;
}

/**
 * Tasks of one key run one batch after the other: what comes while a batch runs waits and forms the next one, so that what
 * is costly (a lock, a file written durably) is paid once for many. `run` takes as many items as it likes, at least one,
 * and settles them; where it throws, those it took fail, and where it took none, all that wait.
 */
export function createBatchQueue<Item extends BatchItem>(
  run: (key: string, take: () => Item | undefined) => Promise<void>,
): BatchQueue<Item> {
  const waiting = new Map<string, Item[]>();

  async function drain(key: string, items: Item[]): Promise<void> {
    while (items.length > 0) {
      const taken: Item[] = [];
      const take = (): Item | undefined => {
        const item = items.shift();
        if (item !== undefined) taken.push(item);
        return item;
      };
      try {
        await run(key, take);
      } catch (error) {
        for (const item of taken.length > 0 ? taken : items.splice(0)) item.fail(error);
      }
    }
    waiting.delete(key);
  }

  return {
    add(key, item) {
      const items = waiting.get(key);
      if (items !== undefined) {
        items.push(item);
        return;
      }
      const fresh = [item];
      waiting.set(key, fresh);
      void drain(key, fresh);
    },
  };
}
