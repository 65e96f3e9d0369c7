import type { BearerToken } from './bearer-token.ts';

/** The tokens of one repository: shared by all calls whose scopes they cover, and asked for once at a time. */
export interface TokenShelf {
  /** A usable token for the scopes: one that is there, or else one from `fetch`. */
  take(scopes: readonly string[], fetch: () => Promise<BearerToken>): Promise<BearerToken>;
  /** Throws a refused token away. False where it was new: another one would be refused as well. */
  discard(refused: (token: BearerToken) => boolean): Promise<boolean>;
}

interface Entry {
  readonly scopes: readonly string[];
  readonly token: Promise<BearerToken>;
  uses: number;
}

export function createTokenShelf(now: () => number): TokenShelf {
  const entries = new Set<Entry>();

  const put = (scopes: readonly string[], token: Promise<BearerToken>): Entry => {
    const entry = { scopes, token, uses: 0 };
    entries.add(entry);
    return entry;
  };

  const take: TokenShelf['take'] = async (scopes, fetch) => {
    const held = [...entries].find((entry) => scopes.every((scope) => entry.scopes.includes(scope)));
    const entry = held ?? put(scopes, fetch());
    const token = await entry.token.catch((error: unknown) => {
      entries.delete(entry);
      throw error;
    });
    // One that was never used is as fresh as any that could be had.
    if (token.usableUntil <= now() && entry.uses > 0) {
      entries.delete(entry);
      return take(scopes, fetch);
    }
    entry.uses += 1;
    return token;
  };

  return {
    take,
    discard: async (refused) => {
      for (const entry of entries) {
        const token = await entry.token.catch(() => undefined);
        if (token === undefined || !refused(token)) continue;
        entries.delete(entry);
        return entry.uses > 1;
      }
      // A call that ran beside this one was quicker.
      return true;
    },
  };
}
