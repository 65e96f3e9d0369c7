/** A model of a concurrent system: every state is data, every successor is one atomic step of one actor. */
export interface Model<State> {
  readonly initial: State;
  /** Every state one atomic step away; empty when all actors have ended. */
  readonly next: (state: State) => readonly State[];
  /** Equal for equal states, different for different ones. */
  readonly keyOf: (state: State) => string;
}

export interface Exploration<State> {
  readonly states: number;
  readonly finals: readonly State[];
  /** How many states satisfy what the caller counts. */
  readonly counted: number;
}

/** Visits every reachable state once. */
export function explore<State>(model: Model<State>, count: (state: State) => boolean): Exploration<State> {
  const seen = new Set<string>([model.keyOf(model.initial)]);
  const queue = [model.initial];
  const finals: State[] = [];
  let counted = 0;
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    if (count(state)) counted += 1;
    const successors = model.next(state);
    if (successors.length === 0) finals.push(state);
    for (const successor of successors) {
      const key = model.keyOf(successor);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(successor);
    }
  }
  return { states: seen.size, finals, counted };
}
