/**
 * JSON with one spelling per value: keys in UTF-16 code unit order, no spaces, numbers as ECMAScript writes them (RFC
 * 8785). Properties that are `undefined` are left out. Throws for what JSON cannot hold, such as NaN, dates or secrets:
 * that is a mistake in the program.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || !isPlain(value)) throw new Error(`No JSON value: ${describe(value)}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`No JSON value: ${value}`);
  return JSON.stringify(value);
}

// An object with a class of its own would be written by its inner fields, which is never what was meant.
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}
