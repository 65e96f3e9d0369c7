// By name: as a member of `mini.core` each would bring all four hundred with it.
import { $constructor, $ZodType } from 'zod/v4/core';
import * as mini from 'zod/mini';
import type { Parsed } from '../domain/brand.ts';

/**
 * The part of zod's usual interface that the policy's schema is written in, over `zod/mini`: those schemas have no methods
 * of their own, are a fifth of the code and made in half the time, and every run that reads a policy waits for that.
 */
export class Field<Schema extends mini.core.$ZodType = mini.core.$ZodType> {
  readonly schema: Schema;

  constructor(schema: Schema) {
    this.schema = schema;
  }

  /** What a missing field is, after the schema. */
  default(value: mini.util.NoUndefined<mini.output<Schema>>): Field<mini.ZodMiniDefault<Schema>> {
    return new Field(mini._default(this.schema, value));
  }

  /** What a missing field is, as it would be written. */
  prefault(value: mini.input<Schema>): Field<mini.ZodMiniPrefault<Schema>> {
    return new Field(mini.prefault(this.schema, value));
  }

  optional(): Field<mini.ZodMiniOptional<Schema>> {
    return new Field(mini.optional(this.schema));
  }

  /** What editors show. */
  meta(shown: Shown): Field<Schema> {
    return new Field(shownWith(this.schema, shown));
  }
}

export class TextField extends Field<mini.ZodMiniString<string>> {
  min(characters: number, wanted: Wanted): TextField {
    return new TextField(this.schema.check(mini.minLength(characters, wanted)));
  }

  max(characters: number, wanted: Wanted): TextField {
    return new TextField(this.schema.check(mini.maxLength(characters, wanted)));
  }

  regex(pattern: RegExp, wanted: Wanted): TextField {
    return new TextField(this.schema.check(mini.regex(pattern, wanted)));
  }

  refine(isRight: (text: string) => boolean, wanted: Wanted): TextField {
    return new TextField(this.schema.check(mini.refine(isRight, wanted)));
  }

  override meta(shown: Shown): TextField {
    return new TextField(shownWith(this.schema, shown));
  }
}

export class ListField<Item extends mini.core.$ZodType> extends Field<mini.ZodMiniArray<Item>> {
  min(items: number, wanted: Wanted): ListField<Item> {
    return new ListField(this.schema.check(mini.minLength(items, wanted)));
  }

  max(items: number, wanted: Wanted): ListField<Item> {
    return new ListField(this.schema.check(mini.maxLength(items, wanted)));
  }

  length(items: number, wanted: Wanted): ListField<Item> {
    return new ListField(this.schema.check(mini.length(items, wanted)));
  }

  refine(isRight: (items: readonly mini.output<Item>[]) => boolean, wanted: Wanted): ListField<Item> {
    return new ListField(this.schema.check(mini.refine(isRight, wanted)));
  }

  override meta(shown: Shown): ListField<Item> {
    return new ListField(shownWith(this.schema, shown));
  }
}

type Shown = Readonly<Record<string, unknown>>;

/** A copy where it is shown already: a field may be used in several places and shown differently in each. */
function shownWith<Schema extends mini.core.$ZodType>(schema: Schema, shown: Shown): Schema {
  const own = mini.globalRegistry.has(schema) ? mini.clone(schema) : schema;
  mini.globalRegistry.add(own, shown);
  return own;
}

/** The message for a value that is something else. */
export interface Wanted {
  readonly error: string;
}

export type output<Of extends Field> = mini.output<Of['schema']>;
export type Issue = mini.core.$ZodIssue;

/** Tells the message for what is wrong with a mapping. */
export type MappingError = (issue: { readonly code?: string; readonly keys?: readonly string[] }) => string;

export function string(wanted?: Wanted): TextField {
  return new TextField(mini.string(wanted));
}

/** A whole number between two others, both allowed. */
export function int(least: number, most: number, wanted: Wanted): Field<mini.ZodMiniNumberFormat> {
  return new Field(mini.int(wanted).check(mini.gte(least, wanted), mini.lte(most, wanted)));
}

/** A text that a parser reads; its reason goes with the problem, as the parameter `reason`. Undefined is refused without one. */
export function readText<Value>(
  read: (text: string) => Parsed<Value> | undefined,
  wanted: Wanted,
): Field<mini.core.$ZodType<Value, string>> {
  return new Field(newReadText({ type: 'string', read, wanted: wanted.error }));
}

export function boolean(wanted: Wanted): Field<mini.ZodMiniBoolean<boolean>> {
  return new Field(mini.boolean(wanted));
}

export function literal<const Value extends string | number | boolean>(
  value: Value,
  wanted: Wanted,
): Field<mini.ZodMiniLiteral<Value>> {
  return new Field(mini.literal(value, wanted));
}

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, wanted: Wanted) {
  return new Field(mini.enum(words, wanted));
}

export function array<Schema extends mini.core.$ZodType>(item: Field<Schema>, wanted: Wanted): ListField<Schema> {
  return new ListField(mini.array(item.schema, wanted));
}

export function union<const Fields extends readonly [Field, ...Field[]]>(
  fields: Fields,
  wanted: Wanted,
): Field<mini.ZodMiniUnion<SchemasOf<Fields>>> {
  return new Field(mini.union(schemasOf(fields), wanted));
}

/** One of several mappings, known by the word in one of their fields. */
export function variants<const Fields extends readonly [Field<mini.ZodMiniObject>, ...Field<mini.ZodMiniObject>[]]>(
  key: string,
  fields: Fields,
  wanted: Wanted,
): Field<mini.ZodMiniDiscriminatedUnion<SchemasOf<Fields>>> {
  return new Field(mini.discriminatedUnion(key, schemasOf(fields), wanted));
}

export function record<Value extends mini.core.$ZodType>(
  key: TextField,
  value: Field<Value>,
  wanted: Wanted,
): Field<mini.ZodMiniRecord<mini.ZodMiniString<string>, Value>> {
  return new Field(mini.record(key.schema, value.schema, wanted));
}

/** A mapping with these fields and no others. */
export function strictObject<Shape extends Readonly<Record<string, Field>>>(
  shape: Shape,
  wanted: { readonly error: MappingError },
): Field<mini.ZodMiniObject<SchemasOf<Shape>, mini.core.$strict>> {
  return new Field(mini.strictObject(schemasOf(shape), wanted));
}

type SchemasOf<Fields> = { -readonly [Key in keyof Fields]: Fields[Key] extends Field<infer Schema> ? Schema : never };

/** The schema of each field of a list or a mapping, in its place. */
function schemasOf<const Fields extends readonly Field[] | Readonly<Record<string, Field>>>(
  fields: Fields,
): SchemasOf<Fields>;
function schemasOf(fields: readonly Field[] | Readonly<Record<string, Field>>): unknown {
  if (Array.isArray(fields)) return fields.map(({ schema }: Field) => schema);
  return Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema]));
}

interface ReadTextDefinition<Value> extends mini.core.$ZodTypeDef {
  readonly type: 'string';
  readonly read: (text: string) => Parsed<Value> | undefined;
  readonly wanted: string;
}

interface ReadText extends mini.core.$ZodType<unknown, string> {
  _zod: mini.core.$ZodTypeInternals<unknown, string> & { readonly def: ReadTextDefinition<unknown> };
}

/** One schema where zod's own need a text, a check, a transformation and a pipe between them. */
const ReadText: mini.core.$constructor<ReadText> = $constructor('ReadText', (instance, definition) => {
  $ZodType.init(instance, definition);
  const { read, wanted } = instance._zod.def;
  instance._zod.parse = (payload) => {
    const { value } = payload;
    if (typeof value !== 'string') {
      payload.issues.push({ code: 'invalid_type', expected: 'string', input: value, message: wanted });
      return payload;
    }
    const parsed = read(value);
    if (parsed?.is === 'ok') payload.value = parsed.value;
    else payload.issues.push({ code: 'custom', input: value, message: wanted, params: { reason: parsed?.reason } });
    return payload;
  };
});

function newReadText<Value>(definition: ReadTextDefinition<Value>): mini.core.$ZodType<Value, string>;
function newReadText(definition: ReadTextDefinition<unknown>): ReadText {
  return new ReadText(definition);
}
