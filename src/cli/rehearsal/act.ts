import type { Stage } from './stage.ts';

/** One act of the rehearsal: what happens, why it matters, and the proof. */
export interface Act {
  /** One word, for `--act`. */
  readonly name: string;
  /** The act it goes on from; undefined: nothing needs to have happened. */
  readonly after: string | undefined;
  readonly title: string;
  readonly story: string;
  /** Gives what is worth seeing besides the aliases, one sentence each. */
  readonly play: (stage: Stage) => Promise<readonly string[]>;
  /** The version to verify afterwards. */
  readonly verifies: string | undefined;
  /** What each alias must point at afterwards, all of them; checked, not only shown. */
  readonly aliases: Readonly<Record<string, string>>;
}

export interface ActOutcome {
  readonly facts: readonly string[];
  /** What `verify` said; undefined where there is nothing to verify. */
  readonly verdict: string | undefined;
  readonly aliases: readonly AliasNow[];
}

export interface AliasNow {
  readonly name: string;
  readonly version: string;
  /** It stays on a withdrawn version, because its line has no other. */
  readonly isWithdrawn: boolean;
}
