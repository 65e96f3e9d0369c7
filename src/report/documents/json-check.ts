import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { escapeText, quote } from '../../domain/quote.ts';

/** What is wrong with a value, as a sentence that begins with its place (`predicate.tag.name ...`), or undefined. */
export type Check = (value: unknown, at: string) => string | undefined;

/** Reads bytes as UTF-8 JSON. Never throws; above `limit` bytes nothing is parsed. */
export function decodeJson(bytes: Uint8Array, limit: number): Parsed<unknown> {
  if (bytes.length > limit) return refuse(`is larger than ${limit} bytes`);
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return accept(value);
  } catch (error) {
    return refuse(`is not JSON in UTF-8 (${escapeText(error instanceof Error ? error.message : String(error), 120)})`);
  }
}

/** An object with exactly the members of `Value`: each is checked, further ones are refused. */
export function record<Value>(
  checks: { readonly [Key in keyof Value]-?: Check },
  optional: readonly (keyof Value & string)[] = [],
): Check {
  const entries: readonly [string, Check][] = Object.entries(checks);
  const omissible: readonly string[] = optional;
  return (value, at) => {
    if (!isObject(value)) return `${at} is not an object`;
    const unknown = Object.keys(value).find((key) => !entries.some(([name]) => name === key));
    if (unknown !== undefined) return `${at} has the unknown member ${quote(unknown)}`;
    for (const [name, check] of entries) {
      if (!Object.hasOwn(value, name)) {
        if (omissible.includes(name)) continue;
        return `${at} has no ${quote(name)}`;
      }
      const fault = check(value[name], at === 'it' ? name : `${at}.${name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** An object of any member names, all values checked alike. */
export function dictionary(check: Check, limits: { readonly atLeast: number; readonly atMost: number }): Check {
  return (value, at) => {
    if (!isObject(value)) return `${at} is not an object`;
    const entries = Object.entries(value);
    if (entries.length < limits.atLeast || entries.length > limits.atMost)
      return `${at} has ${entries.length} members, ${limits.atLeast} to ${limits.atMost} are wanted`;
    return firstFault(entries, ([key, member]) => check(member, `${at}[${quote(key)}]`));
  };
}

export function list(check: Check, limits: { readonly atLeast: number; readonly atMost: number }): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at} is not a list`;
    if (value.length < limits.atLeast || value.length > limits.atMost)
      return `${at} has ${value.length} entries, ${limits.atLeast} to ${limits.atMost} are wanted`;
    const members: readonly unknown[] = value;
    return firstFault([...members.entries()], ([index, member]) => check(member, `${at}[${index}]`));
  };
}

/** Text that passes the test; `wanted` completes "is not ...". */
export function text(test: (text: string) => boolean, wanted: string): Check {
  return (value, at) => (typeof value === 'string' && test(value) ? undefined : `${at} is not ${wanted}`);
}

/** Text for people or programs: not empty, at most 4096 characters, without control characters. */
export const plainText: Check = text(
  (value) => value !== '' && value.length <= 4096 && !/[\p{Cc}\p{Cs}]/u.test(value),
  'one line of text',
);

export function oneOf(...values: readonly string[]): Check {
  return text((value) => values.includes(value), values.map((value) => JSON.stringify(value)).join(' or '));
}

export function nullable(check: Check): Check {
  return (value, at) => (value === null ? undefined : check(value, at));
}

/** A whole number from 0 to 2^53-1. */
export const count: Check = (value, at) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : `${at} is not a whole number`;

export function firstFault<Item>(
  items: Iterable<Item>,
  faultIn: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const fault = faultIn(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
