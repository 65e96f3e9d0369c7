declare const brand: unique symbol;

/** A value whose shape was checked once, by the parser that made it. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

/** The answer of a parser that does not throw: the value, or why the text is refused. */
export type Parsed<Value> =
  { readonly is: 'ok'; readonly value: Value } | { readonly is: 'refused'; readonly reason: string };

export function accept<Value>(value: Value): Parsed<Value> {
  return { is: 'ok', value };
}

export function refuse(reason: string): { readonly is: 'refused'; readonly reason: string } {
  return { is: 'refused', reason };
}
