export type Unit = 'ms' | 'MB' | 'requests';

/** One line of the table. */
export type Result = Measured | NotMeasured;

export interface Measured {
  readonly is: 'measured';
  readonly measure: string;
  readonly unit: Unit;
  readonly ours: number;
  /** What it is compared with: another program at the same task, or a fixed number. */
  readonly peer: { readonly name: string; readonly value: number };
  /** The largest ratio of ours to the peer that is within the budget; undefined where none was set. */
  readonly budget: number | undefined;
}

export interface NotMeasured {
  readonly is: 'not-measured';
  readonly measure: string;
  readonly why: string;
}

export type Verdict = 'within' | 'above' | 'no budget' | 'not measured';

export function ratioOf({ ours, peer }: Measured): number {
  return ours / peer.value;
}

export function verdictOf(result: Result): Verdict {
  if (result.is === 'not-measured') return 'not measured';
  if (result.budget === undefined) return 'no budget';
  return ratioOf(result) <= result.budget ? 'within' : 'above';
}

/** A count or size against a fixed number. */
export function againstLimit(
  measure: string,
  { ours, limit, unit }: { readonly ours: number; readonly limit: number; readonly unit: Unit },
): Measured {
  return { is: 'measured', measure, unit, ours, peer: { name: 'limit', value: limit }, budget: 1 };
}
