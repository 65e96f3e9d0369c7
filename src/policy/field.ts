import * as mini from 'zod/mini';

/**
 * The part of zod's usual interface that the policy's schema is written in, over `zod/mini`: those schemas have no methods
 * of their own, are a fifth of the code and made in half the time, and every run that reads a policy waits for that.
 */
export class Field<Schema extends mini.ZodMiniType = mini.ZodMiniType> {
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

  /** Read further by a parser, which tells what it refuses by `refuse`. */
  transform<Value>(
    read: (value: mini.output<Schema>, refuse: (issue: Refusal) => never) => Value,
  ): Field<mini.ZodMiniPipe<Schema, mini.ZodMiniTransform<Value, mini.output<Schema>>>> {
    return new Field(
      mini.pipe(
        this.schema,
        mini.transform((value: mini.output<Schema>, context): Value => {
          const refuse = (issue: Refusal): never => {
            context.issues.push({ code: 'custom', input: value, ...issue });
            return mini.NEVER;
          };
          return read(value, refuse);
        }),
      ),
    );
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

export class ListField<Item extends mini.ZodMiniType> extends Field<mini.ZodMiniArray<Item>> {
  min(items: number, wanted: Wanted): ListField<Item> {
    return new ListField(this.schema.check(mini.minLength(items, wanted)));
  }

  max(items: number, wanted: Wanted): ListField<Item> {
    return new ListField(this.schema.check(mini.maxLength(items, wanted)));
  }

  length(items: number, wanted: Wanted): ListField<Item> {
    return new ListField(this.schema.check(mini.length(items, wanted)));
  }

  override meta(shown: Shown): ListField<Item> {
    return new ListField(shownWith(this.schema, shown));
  }
}

type Shown = Readonly<Record<string, unknown>>;

/** A copy, since a field may be used in several places and shown differently in each. */
function shownWith<Schema extends mini.ZodMiniType>(schema: Schema, shown: Shown): Schema {
  const copy = schema.clone();
  mini.globalRegistry.add(copy, shown);
  return copy;
}

/** The message for a value that is something else. */
export interface Wanted {
  readonly error: string;
}

export interface Refusal {
  readonly message: string;
  readonly params?: Readonly<Record<string, unknown>>;
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

export function array<Schema extends mini.ZodMiniType>(item: Field<Schema>, wanted: Wanted): ListField<Schema> {
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

export function record<Value extends mini.ZodMiniType>(
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
