import type { Parsed } from '../domain/brand.ts';
import { accept } from '../domain/brand.ts';
import * as z from './field.ts';
import { nearestName } from './nearest-name.ts';

/** What editors show for a field, and what completes "found …, wanted …" in a problem. */
export interface FieldNotes {
  readonly wanted: string;
  readonly description: string;
  /** A regular expression for editors; the parser has the last word. */
  readonly pattern?: string;
  readonly examples?: readonly string[];
}

/** A text that is not empty and has no control characters. */
export function filledText(notes: FieldNotes) {
  const { wanted, ...shown } = notes;
  return z
    .string({ error: wanted })
    .refine(isFilled, { error: wanted })
    .meta({ minLength: 1, ...forEditors(shown) });
}

function isFilled(text: string): boolean {
  return !/^\s*$|[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

/** A filled text read by a parser of the domain; its reason becomes part of the problem. */
export function parsedText<Value>(notes: FieldNotes, parse: (text: string) => Parsed<Value>) {
  const { wanted, ...shown } = notes;
  const read = (text: string): Parsed<Value> | undefined => (isFilled(text) ? parse(text) : undefined);
  return z.readText(read, { error: wanted }).meta({ minLength: 1, ...forEditors(shown) });
}

/** A text that a rule may refuse, and that stays as it is. */
export function checkedText(notes: FieldNotes, faultOf: (text: string) => string | undefined) {
  return parsedText(notes, (text) => {
    const reason = faultOf(text);
    return reason === undefined ? accept(text) : { is: 'refused', reason };
  });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words, description: string) {
  const wanted = words.length === 1 ? quoted(words[0]) : `one of ${words.map(quoted).join(', ')}`;
  return z.oneOf(words, { error: wanted }).meta({ description });
}

/** A mapping with exactly these fields. The message for unknown fields has one line per unknown field. */
export function section<Shape extends Readonly<Record<string, z.Field>>>(wanted: string, shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: ({ code, keys = [] }) =>
      code === 'unrecognized_keys' ? keys.map((key) => wantedInstead(key, known)).join('\n') : wanted,
  });
}

function wantedInstead(key: string, known: readonly string[]): string {
  const near = nearestName(key, known);
  const choices = known.length === 1 ? `only ${quoted(known[0] ?? '')}` : `one of ${known.join(', ')}`;
  return near === undefined ? choices : `${choices} (did you mean ${quoted(near)}?)`;
}

function quoted(word: string): string {
  return `"${word}"`;
}

function forEditors(shown: Omit<FieldNotes, 'wanted'>): Record<string, unknown> {
  const { examples, ...rest } = shown;
  return examples === undefined ? rest : { ...rest, examples: [...examples] };
}
